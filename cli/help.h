// The help pages: examples first, flags wrapped to 80 columns, exit codes last.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace cadenza {

// Sets the layout for `app` and for commands added to it later.
void use_help_layout(CLI::App& app);

// The table of exit codes, one a line.
std::string exit_code_table();

}  // namespace cadenza

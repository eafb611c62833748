// The whole command line: which commands there are, and the way from words to a running one.
#pragma once

#include <string>
#include <vector>

#include "cli/commands.h"

namespace cadenza {

// arguments: without the program's name. Throws Error of every kind.
void run_cadenza(const std::vector<std::string>& arguments, Context& context);

}  // namespace cadenza

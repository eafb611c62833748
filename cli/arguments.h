// Reads the command line once before CLI11 does, because CLI11 2.1.2 lets pass what we refuse: it
// takes "--seed" as the value of "--tempo --seed 1", lets "--tempo= x" eat the x, keeps the last of
// two values, and reports unknown words without the nearest right one.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace cadenza {

// The same line in a spelling that CLI11 cannot misread: "-d10" becomes "--duration" "10", a bare
// prompt "--prompt" "...". `arguments` is without the program's name. Throws Error(usage) for an
// unknown command or flag (naming the nearest), a missing value, a value given twice, and an
// argument too many. --help ends the reading: who asks for help gets it, whatever else is wrong.
std::vector<std::string> canonical_arguments(const CLI::App& root,
                                             const std::vector<std::string>& arguments);

}  // namespace cadenza

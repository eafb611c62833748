// A prompt that is not on the command line: in a file, or on standard input.
#pragma once

#include <string>

namespace cadenza {

// file: a path, or "-" for standard input. Without a BOM at the start and white space at both ends.
// Throws Error(not_found, usage, io): longer than 1 MiB, no regular file.
std::string read_prompt(const std::string& file);

}  // namespace cadenza

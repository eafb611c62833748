// Where the prompt comes from: the command line, a file, or standard input.
#pragma once

#include <string>

#include "cli/settings.h"

namespace cadenza {

struct PromptSource {
  std::string text;
  std::string file;  // when not empty the prompt is in this file; "-" is standard input
};

// Of --prompt, a bare word and --prompt-file. Throws Error(usage) unless exactly one was given.
PromptSource make_prompt_source(const Settings& settings);

// file: as above. Without a BOM at the start and white space at both ends. Throws Error(not_found,
// usage, io), Error(interrupted) when a signal comes while standard input is read.
std::string read_prompt(const std::string& file);

}  // namespace cadenza

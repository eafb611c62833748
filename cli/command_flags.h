// Every flag of every command; docs/CLI.md lists them, and a test compares the two.
#pragma once

#include <vector>

#include "cli/flags.h"

namespace cadenza {

std::vector<FlagGroup> generate_flags();
std::vector<FlagGroup> batch_flags();
std::vector<FlagGroup> models_list_flags();
std::vector<FlagGroup> models_info_flags();
std::vector<FlagGroup> models_pack_flags();
std::vector<FlagGroup> verify_flags();
std::vector<FlagGroup> report_flags();
std::vector<FlagGroup> doctor_flags();

std::vector<std::vector<FlagGroup>> all_command_flags();

}  // namespace cadenza

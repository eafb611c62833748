// The flags that several commands share, and how a command takes less than all of a group.
#pragma once

#include <string>
#include <vector>

#include "cli/flags.h"

namespace cadenza {

FlagGroup music_flags();
FlagGroup sampling_flags();
FlagGroup output_flags();
FlagGroup machine_flags();
FlagGroup general_flags();

FlagSpec model_flag();
FlagSpec device_flag();
FlagSpec toggle(std::string name, std::string help, bool is_setting = true);

FlagGroup without(FlagGroup group, const std::vector<std::string>& names);

}  // namespace cadenza

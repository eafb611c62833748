// Which model on which machine: the flags --model, --device, --precision, --threads and friends.
#pragma once

#include <string>

#include "cli/settings.h"
#include "models/load.h"

namespace cadenza {

struct MachineOptions {
  std::string model = "starter";
  RuntimeOptions runtime;
  bool is_offline = false;
};

// Judges the words only; whether the device is there shows when the engine opens it. Throws
// Error(usage).
MachineOptions make_machine_options(const Settings& settings);

}  // namespace cadenza

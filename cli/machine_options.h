// Which model on which machine: the flags --model, --device, --precision, --threads and friends.
#pragma once

#include <string>

#include "cli/environment.h"
#include "cli/settings.h"
#include "models/load.h"

namespace cadenza {

struct MachineOptions {
  std::string model = "starter";
  RuntimeOptions runtime;
  bool is_offline = false;
  bool keeps_packs = true;

  // What load_generator is given.
  RuntimeOptions runtime_in(const Environment& environment) const;
};

// Judges the words only; whether the device is there shows when the engine opens it. Throws
// Error(usage).
MachineOptions make_machine_options(const Settings& settings);

}  // namespace cadenza

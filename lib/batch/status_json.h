// The state of a running batch as one JSON object, for whoever looks at the status file.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "lib/batch/event_log.h"
#include "lib/batch/tally.h"

namespace cadenza {

struct StatusFacts {
  RunFacts run;
  std::string state;  // "running", or at the end what run_status says
  std::chrono::system_clock::time_point started, updated;
};

// Several lines, so that a person can read it, too.
std::string status_json(const StatusFacts& facts, const BatchFigures& figures);

}  // namespace cadenza

// --status-file and --metrics-file: rewritten whole, aside and renamed, at most once a second.
#pragma once

#include <filesystem>
#include <string>

#include "cli/console.h"
#include "lib/batch/metrics_text.h"
#include "lib/batch/status_json.h"
#include "lib/batch/tally.h"

namespace cadenza {

struct StatusPaths {
  std::filesystem::path status, metrics;  // empty: none
};

class StatusFiles {
 public:
  // tally must outlive it.
  StatusFiles(StatusPaths paths, const BatchTally& tally, Console& console)
      : paths_(std::move(paths)), tally_(tally), console_(console) {}

  void begin(const RunFacts& run);
  // Writes when a second has gone by. Cheap otherwise.
  void tick();
  // state: how the run ended.
  void end(const std::string& state);

 private:
  void write(const std::string& state);
  void write_file(const std::filesystem::path& path, const std::string& text);

  StatusPaths paths_;
  const BatchTally& tally_;
  Console& console_;
  RunFacts run_;
  std::chrono::system_clock::time_point started_;
  std::chrono::steady_clock::time_point last_write_;
  bool has_begun_ = false, has_warned_ = false;
};

}  // namespace cadenza

// What happens in a batch as NDJSON: docs/events.schema.json. One object a line, each with the
// version of the schema, the run it belongs to, a number that counts up from 0 and a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/batch/result_json.h"
#include "lib/batch/runner.h"

namespace cadenza {

inline constexpr int kEventSchemaVersion = 1;

struct RunFacts {
  std::string tool, manifest, model;
  std::filesystem::path out_dir;
  Shard shard;
  std::int64_t pid = 0;
  std::size_t num_rows = 0, num_done_before = 0;
};

class EventLog final : public BatchObserver {
 public:
  using Sink = std::function<void(std::string_view line)>;  // with its newline
  using Clock = std::function<std::chrono::system_clock::time_point()>;

  // run: tells the runs of one file apart.
  EventLog(Sink sink, std::string run, std::filesystem::path out_dir, Clock clock = {});

  // Always the first event: what was noted before waits for it.
  void run_started(const RunFacts& facts);
  void run_ended(const RunEnd& end, const BatchFigures& figures);

  void started(const BatchJob& job, int attempt) override;
  void completed(const BatchJob& job, const std::vector<JournalFile>& files,
                 double seconds) override;
  void retried(const BatchJob& job, const Error& error, double wait_s) override;
  void failed(const BatchJob& job, const Error& error, double seconds) override;
  void noted(const std::string& line) override;

 private:
  void write(const char* event, const std::string& members);

  Sink sink_;
  std::string run_;
  std::filesystem::path out_dir_;
  Clock clock_;
  std::int64_t next_seq_ = 0;
  std::vector<std::string> early_notes_;
};

}  // namespace cadenza

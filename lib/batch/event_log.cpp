#include "lib/batch/event_log.h"

#include "lib/json/strict_json.h"
#include "lib/text/utc_time.h"

namespace cadenza {

namespace {

std::string one_line(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

EventLog::EventLog(Sink sink, std::string run, std::filesystem::path out_dir, Clock clock)
    : sink_(std::move(sink)),
      run_(std::move(run)),
      out_dir_(std::move(out_dir)),
      clock_(clock ? std::move(clock) : [] { return std::chrono::system_clock::now(); }) {}

void EventLog::write(const char* event, const std::string& members) {
  const std::string head = one_line({{"schema_version", kEventSchemaVersion},
                                     {"run", run_},
                                     {"seq", next_seq_++},
                                     {"time", utc_time(clock_())},
                                     {"event", event}});
  sink_(joined_objects(head, members) + "\n");
}

void EventLog::run_started(const RunFacts& facts) {
  Json members = {{"tool", facts.tool},
                  {"pid", facts.pid},
                  {"manifest", facts.manifest},
                  {"out_dir", facts.out_dir.string()},
                  {"model", facts.model},
                  {"rows", facts.num_rows},
                  {"done_before", facts.num_done_before}};
  if (facts.shard.count > 1)
    members["shard"] = {{"index", facts.shard.index + 1}, {"count", facts.shard.count}};
  write("run_started", one_line(members));
  for (const std::string& line : std::exchange(early_notes_, {})) noted(line);
}

void EventLog::run_ended(const RunEnd& end, const BatchFigures& figures) {
  write("run_ended", run_result(end, figures));
}

void EventLog::started(const BatchJob& job, int attempt) {
  write("row_started", one_line({{"id", job.id}, {"attempt", attempt}}));
}

void EventLog::completed(const BatchJob& job, const std::vector<JournalFile>& files,
                         double seconds) {
  write("row_completed", completed_result(job.id, out_dir_, files, seconds));
}

void EventLog::retried(const BatchJob& job, const Error& error, double wait_s) {
  const std::string head = one_line({{"id", job.id}, {"wait_seconds", wait_s}});
  write("row_retried", joined_objects(head, "{\"error\":" + error_json(error) + "}"));
}

void EventLog::failed(const BatchJob& job, const Error& error, double seconds) {
  write("row_failed", failed_result(job.id, error, seconds));
}

void EventLog::noted(const std::string& line) {
  if (next_seq_ == 0) return early_notes_.push_back(line);
  write("note", one_line({{"message", line}}));
}

}  // namespace cadenza

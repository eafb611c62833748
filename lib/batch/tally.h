// The figures of a running batch: counts, what runs, seconds per track, time left, cost. Every
// report of it (status file, metrics, summary) is made from these.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/batch/runner.h"

namespace cadenza {

struct RunningRow {
  std::string id;
  int attempt = 1;
  std::chrono::system_clock::time_point since;
};

struct BatchFigures {
  std::size_t num_rows = 0;  // of this shard
  std::size_t num_done_before = 0, num_done = 0, num_failed = 0, num_retries = 0;
  std::map<std::string, std::size_t> failures;  // by kind of error
  std::vector<RunningRow> running;              // in the order they began
  double elapsed_s = 0;
  double row_s = 0;                    // sum over completed rows, which may run at the same time
  double music_s = 0;                  // of completed rows
  std::optional<double> p50_s, p95_s;  // per completed row; none yet: nothing
  std::optional<double> left_s;        // measured: nothing until a row has ended
  std::optional<double> cost;          // when a price was given

  std::size_t num_left() const { return num_rows - num_done_before - num_done - num_failed; }
  // Seconds of music made per second of the run.
  std::optional<double> real_time_factor() const;
};

// The value that a share of all values does not exceed (nearest rank); `values` is not empty.
double percentile(std::vector<double> values, double share);

class BatchTally final : public BatchObserver {
 public:
  using Seconds = std::function<double()>;  // monotonic
  using MusicSeconds = std::function<double(const BatchJob&)>;

  // began: what `seconds` said when the work began that is paid for.
  BatchTally(MusicSeconds music, Seconds seconds, double began, std::optional<double> cost_per_hour)
      : music_(std::move(music)),
        seconds_(std::move(seconds)),
        began_(began),
        cost_per_hour_(cost_per_hour) {}

  // music_to_do_s: of all rows that are not done yet.
  void begin(std::size_t num_rows, std::size_t num_done_before, double music_to_do_s);
  // Rows that came later.
  void add_rows(std::size_t num_rows, double music_to_do_s);

  BatchFigures figures() const;

  void started(const BatchJob& job, int attempt) override;
  void completed(const BatchJob& job, const std::vector<JournalFile>& files,
                 double seconds) override;
  void retried(const BatchJob& job, const Error& error, double wait_s) override;
  void failed(const BatchJob& job, const Error& error, double seconds) override;

 private:
  void stop_running(const BatchJob& job);
  std::optional<double> left_s(double now) const;

  MusicSeconds music_;
  Seconds seconds_;
  double began_, first_row_ = -1;
  std::optional<double> cost_per_hour_;
  BatchFigures figures_;
  std::vector<double> row_seconds_;
  double music_to_do_s_ = 0, music_ended_s_ = 0;  // ended: completed or failed
};

}  // namespace cadenza

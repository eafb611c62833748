// The runner's side of a generator: hands out jobs, takes tracks, publishes and journals them.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "lib/batch/runner.h"

namespace cadenza {

class RunQueue final : public TrackQueue {
 public:
  RunQueue(Batch& batch, const StopFlag& drain);

  std::optional<TrackJob> next() override;
  void completed(std::int64_t tag, Track track) override;
  void failed(std::int64_t tag, const Error& error) override;
  void reduced(int max_tracks) override;

  // Waits until a track is to be tried again or another one comes, or until `stop` or the drain is
  // set; false when none will.
  bool wait_for_more(const StopFlag& stop);

  const BatchSummary& summary() const { return summary_; }

 private:
  using Clock = std::chrono::steady_clock;

  struct Running {
    Clock::time_point began;
    std::chrono::system_clock::time_point began_at;
  };
  struct Retry {
    std::size_t index;
    Clock::time_point when;
  };

  const BatchJob& job(std::int64_t tag) const;
  bool is_stopped();
  std::optional<std::size_t> take_index();
  bool ask_feed();
  void publish(const BatchJob& job, const std::vector<OutputFile>& files, double seconds);
  void give_up(const BatchJob& job, const Error& error, double seconds);
  double finish_timing(std::int64_t tag);

  Batch& batch_;
  const StopFlag& drain_;
  BatchSummary summary_;
  Clock::time_point start_ = Clock::now();
  std::size_t next_todo_ = 0;
  std::map<std::int64_t, Running> running_;
  std::map<std::int64_t, int> attempts_;  // only of those that failed once
  std::deque<Retry> retries_;             // soonest first
};

// Seconds to wait before try number `attempt` + 1: doubling from half a second to a minute, spread
// by the id so that a thousand jobs do not come back at the same moment.
double retry_wait_s(int attempt, std::string_view id);

// Would it help to try again?
bool is_passing(const Error& error);

}  // namespace cadenza

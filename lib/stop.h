// A request to stop, set by a signal handler or a time limit and looked at once per decode step.
#pragma once

#include <atomic>

namespace cadenza {

class StopFlag {
 public:
  // signal_number: SIGINT or SIGTERM; async-signal-safe.
  void request(int signal_number) { signal_.store(signal_number, std::memory_order_relaxed); }
  bool is_requested() const { return signal_.load(std::memory_order_relaxed) != 0; }
  int signal_number() const { return signal_.load(std::memory_order_relaxed); }

  // Throws Error(interrupted) after SIGINT, Error(terminated) after another signal.
  void throw_if_requested() const;

 private:
  std::atomic<int> signal_{0};
  static_assert(std::atomic<int>::is_always_lock_free);
};

}  // namespace cadenza

// Carries results to somebody slow, one after the other, while the next tracks are made.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "lib/stop.h"

namespace cadenza {

struct Delivery {
  std::string problem;   // empty: delivered
  bool is_hung = false;  // it took all the time it may
};

// Deliveries run on a thread of their own, in which every signal is blocked; everything else is for
// the thread that made it. Somebody who hangs three times in a row is not asked again.
class Courier {
 public:
  // Called on the courier's thread; must return soon once `hurry` is true, and not throw.
  using Deliver = std::function<Delivery(const std::string& body, const std::atomic<bool>& hurry)>;

  // name: of the flag, for problems.
  Courier(std::string name, Deliver deliver);
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  // id: whose result it is, for problems.
  void send(std::string id, std::string body);

  // "intro: on-complete: exit status 3", each once.
  std::vector<std::string> take_problems();

  // Waits until all is delivered; once `stop` is set for three seconds at most, then drops the
  // rest.
  void finish(const StopFlag& stop);

 private:
  struct Parcel {
    std::string id, body;
  };

  void work();
  void deliver(const Parcel& parcel);
  void drop_rest();
  bool wait_until_idle(std::chrono::milliseconds longest);

  std::string name_;
  Deliver deliver_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Parcel> parcels_;
  std::vector<std::string> problems_;
  bool is_busy_ = false, is_closed_ = false;
  std::atomic<bool> hurry_ = false;
  int num_hung_ = 0;  // in a row; the courier's thread only
  std::thread thread_;
};

}  // namespace cadenza

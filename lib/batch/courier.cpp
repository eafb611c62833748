#include "lib/batch/courier.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <utility>

namespace cadenza {

namespace {

constexpr int kMostHung = 3;
constexpr auto kNap = std::chrono::milliseconds(50);
constexpr auto kPatience = std::chrono::seconds(3);  // a stopped run ends within five

// Signals are for the thread that works: here they could only interrupt a delivery.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

Courier::Courier(std::string name, Deliver deliver)
    : name_(std::move(name)), deliver_(std::move(deliver)) {
  const AllSignalsBlocked blocked;
  thread_ = std::thread([this] { work(); });
}

Courier::~Courier() {
  hurry_ = true;
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Courier::send(std::string id, std::string body) {
  {
    const std::lock_guard lock(mutex_);
    parcels_.push_back({std::move(id), std::move(body)});
  }
  changed_.notify_all();
}

std::vector<std::string> Courier::take_problems() {
  const std::lock_guard lock(mutex_);
  return std::exchange(problems_, {});
}

void Courier::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_closed_ || !parcels_.empty(); });
    if (is_closed_) return;
    const Parcel parcel = std::move(parcels_.front());
    parcels_.pop_front();
    is_busy_ = true;
    lock.unlock();
    deliver(parcel);
    lock.lock();
    is_busy_ = false;
    changed_.notify_all();
  }
}

void Courier::deliver(const Parcel& parcel) {
  const Delivery delivery = num_hung_ >= kMostHung ? Delivery{"not tried: it hung too often"}
                                                   : deliver_(parcel.body, hurry_);
  if (num_hung_ < kMostHung) num_hung_ = delivery.is_hung ? num_hung_ + 1 : 0;
  if (delivery.problem.empty()) return;
  const std::lock_guard lock(mutex_);
  problems_.push_back(fmt::format("{}: {}: {}", parcel.id, name_, delivery.problem));
}

bool Courier::wait_until_idle(std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, longest, [this] { return parcels_.empty() && !is_busy_; });
}

void Courier::drop_rest() {
  const std::lock_guard lock(mutex_);
  for (const Parcel& parcel : parcels_)
    problems_.push_back(
        fmt::format("{}: {}: not delivered: the run was stopped", parcel.id, name_));
  parcels_.clear();
}

void Courier::finish(const StopFlag& stop) {
  while (!stop.is_requested())
    if (wait_until_idle(kNap)) return;
  if (wait_until_idle(kPatience)) return;
  drop_rest();
  hurry_ = true;
  wait_until_idle(kPatience);
}

}  // namespace cadenza

#include "models/kernels/cpu/thread_pool.h"

#include <sched.h>

#include <chrono>
#include <string>
#include <system_error>

#include "lib/error.h"

namespace cadenza {

namespace {

// Some 0.1 ms of pauses before asking the kernel: longer than every phase, because waking up costs
// a step a third of its time on a virtual machine, and short enough when somebody else has a core
// of ours.
constexpr int kSpinsBeforeSleep = 4000;
constexpr auto kIdleBeforeSleep = std::chrono::milliseconds(1);

void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

ThreadPool::ThreadPool(int num_threads)
    : num_threads_(num_threads < 1 ? 1 : num_threads),
      cursors_(new Cursor[2 * static_cast<std::size_t>(num_threads_)]) {
  try {
    for (int index = 1; index < num_threads_; ++index)
      threads_.emplace_back([this, index] { work(index); });
  } catch (const std::system_error& error) {
    stop();
    fail(ErrorKind::temporary,
         "cannot start " + std::to_string(num_threads_) + " threads: " + error.code().message());
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  stopping_ = true;
  num_regions_.fetch_add(1);
  {
    const std::lock_guard lock(mutex_);
    wake_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void ThreadPool::run_region(Region region, void* context) {
  TeamMember member(*this, 0);
  if (num_threads_ == 1) return region(context, member);
  region_ = region;
  context_ = context;
  for (int index = 0; index < num_threads_; ++index) cursor(0, index).next.store(0);
  // Both sequentially consistent: either a thread going to sleep sees the new region, or we see it
  // counted as sleeping.
  num_regions_.fetch_add(1);
  if (num_sleeping_.load() > 0) {
    const std::lock_guard lock(mutex_);
    wake_.notify_all();
  }
  region(context, member);
  wait_at_barrier();
}

void ThreadPool::work(int index) {
  unsigned seen = 0;
  while (true) {
    seen = wait_for_region(seen);
    if (stopping_) return;
    TeamMember member(*this, index);
    region_(context_, member);
    wait_at_barrier();
  }
}

unsigned ThreadPool::wait_for_region(unsigned seen) {
  const auto asleep_at = std::chrono::steady_clock::now() + kIdleBeforeSleep;
  for (int spins = 1;; ++spins) {
    const unsigned now = num_regions_.load(std::memory_order_acquire);
    if (now != seen) return now;
    pause_briefly();
    if (spins % kSpinsBeforeSleep != 0) continue;
    sched_yield();
    if (std::chrono::steady_clock::now() > asleep_at) break;
  }
  std::unique_lock lock(mutex_);
  num_sleeping_.fetch_add(1);
  wake_.wait(lock, [&] { return num_regions_.load() != seen; });
  num_sleeping_.fetch_sub(1);
  return num_regions_.load();
}

void ThreadPool::wait_at_barrier() {
  if (num_threads_ == 1) return;
  const unsigned before = num_barriers_.load(std::memory_order_acquire);
  if (num_arrived_.fetch_add(1, std::memory_order_acq_rel) == num_threads_ - 1) {
    num_arrived_.store(0, std::memory_order_relaxed);
    num_barriers_.fetch_add(1, std::memory_order_release);
    num_barriers_.notify_all();
    return;
  }
  for (int spins = 0; spins < kSpinsBeforeSleep; ++spins) {
    if (num_barriers_.load(std::memory_order_acquire) != before) return;
    pause_briefly();
  }
  // Somebody has the core of the one we wait for. A thread that yields stays runnable and competes
  // with it; one that sleeps does not.
  num_barriers_.wait(before, std::memory_order_acquire);
}

}  // namespace cadenza

// A small team of threads for work that comes in microsecond phases.
//
// A decode step is some two hundred phases of 1-100 us with a barrier after each: too short for a
// pool with queues and sleeping threads. Here one region runs on all threads; inside it they meet
// at barriers that spin, then sleep. Between regions the threads spin for about a millisecond (the
// next step is usually that near) and then sleep, so an idle pool costs nothing.
//
// Which thread does which item depends on timing. Results may not: an item's value must depend on
// its index alone.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace cadenza {

class ThreadPool;

// One thread's hand on the region it is in.
class TeamMember {
 public:
  int index() const { return index_; }  // 0: the thread that called run()
  int size() const;

  // Calls body(item) for every item in [0, count), shared among the team, then waits for all. Every
  // member must come here with the same count. Each begins in its own contiguous range, so that it
  // reads memory in one stream, and helps the others when it is done.
  template <typename Body>
  void for_each(std::int64_t count, Body&& body);

  void barrier();

 private:
  friend class ThreadPool;
  TeamMember(ThreadPool& pool, int index) : pool_(pool), index_(index) {}

  ThreadPool& pool_;
  int index_;
  unsigned phase_ = 0;  // for_each calls so far in this region: the same number on every member
};

class ThreadPool {
 public:
  // num_threads >= 1 counts the calling thread. Throws Error(temporary) when the system refuses.
  explicit ThreadPool(int num_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return num_threads_; }

  // Runs body(TeamMember&) once on every thread and returns when all are done. The body must not
  // throw. One caller at a time; not from inside a region.
  template <typename Body>
  void run(Body&& body) {
    using Plain = std::remove_reference_t<Body>;
    run_region([](void* context, TeamMember& member) { (*static_cast<Plain*>(context))(member); },
               const_cast<void*>(static_cast<const void*>(&body)));
  }

  // A region of one phase.
  template <typename Body>
  void for_each(std::int64_t count, Body&& body) {
    run([&](TeamMember& member) { member.for_each(count, body); });
  }

 private:
  friend class TeamMember;
  using Region = void (*)(void* context, TeamMember& member);

  // Alone on its cache line: the owner and the thieves all write it.
  struct alignas(64) Cursor {
    std::atomic<std::int64_t> next{0};
  };

  void run_region(Region region, void* context);
  void work(int index);
  unsigned wait_for_region(unsigned seen);
  void wait_at_barrier();
  void stop();

  // A thread's cursor, in one of two sets used in turns; see TeamMember::for_each.
  Cursor& cursor(unsigned set, int index) { return cursors_[set * num_threads_ + index]; }

  const int num_threads_;
  std::unique_ptr<Cursor[]> cursors_;
  Region region_ = nullptr;
  void* context_ = nullptr;

  alignas(64) std::atomic<unsigned> num_regions_{0};
  alignas(64) std::atomic<int> num_arrived_{0};
  alignas(64) std::atomic<unsigned> num_barriers_{0};
  std::atomic<int> num_sleeping_{0};
  bool stopping_ = false;  // published by num_regions_
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::thread> threads_;
};

inline int TeamMember::size() const { return pool_.num_threads_; }

inline void TeamMember::barrier() { pool_.wait_at_barrier(); }

template <typename Body>
void TeamMember::for_each(std::int64_t count, Body&& body) {
  const int size = pool_.num_threads_;
  if (size == 1) {
    for (std::int64_t item = 0; item < count; ++item) body(item);
    return;
  }
  // While we are in this phase nobody is still in the one before it, so the other set of cursors is
  // free to be wound back for the next; the barrier below makes that visible.
  const unsigned set = phase_++ % 2;
  pool_.cursor(1 - set, index_).next.store(0, std::memory_order_relaxed);
  for (int helped = 0; helped < size; ++helped) {
    const int owner = (index_ + helped) % size;
    const std::int64_t first = count * owner / size;
    const std::int64_t end = count * (owner + 1) / size;
    if (first == end) continue;
    std::atomic<std::int64_t>& next = pool_.cursor(set, owner).next;
    while (true) {
      const std::int64_t item = first + next.fetch_add(1, std::memory_order_relaxed);
      if (item >= end) break;
      body(item);
    }
  }
  barrier();
}

}  // namespace cadenza

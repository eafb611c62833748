#include "models/kernels/cpu/thread_pool.h"

#include <doctest/doctest.h>

#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

namespace cadenza {

TEST_CASE("every item of a phase is done once, whatever the number of threads") {
  for (const int threads : {1, 2, 3, 7}) {
    ThreadPool pool(threads);
    for (const std::int64_t count : {0, 1, 2, 5, 64, 1000}) {
      std::vector<int> done(static_cast<std::size_t>(count));
      pool.for_each(count, [&](std::int64_t item) { ++done[item]; });
      CHECK(done == std::vector<int>(static_cast<std::size_t>(count), 1));
    }
  }
}

TEST_CASE("a phase begins when the one before it is whole") {
  ThreadPool pool(3);
  constexpr std::int64_t kCount = 50;
  std::vector<std::int64_t> a(kCount), b(kCount, -1);
  pool.run([&](TeamMember& member) {
    for (std::int64_t round = 1; round <= 200; ++round) {
      member.for_each(kCount, [&](std::int64_t i) { a[i] = round * i; });
      // Reads what other threads wrote.
      member.for_each(kCount, [&](std::int64_t i) { b[i] = a[kCount - 1 - i]; });
    }
  });
  for (std::int64_t i = 0; i < kCount; ++i) CHECK(b[i] == 200 * (kCount - 1 - i));
}

TEST_CASE("every member runs the region once and knows its number") {
  ThreadPool pool(4);
  std::vector<int> visits(4);
  for (int region = 0; region < 100; ++region)
    pool.run([&](TeamMember& member) { ++visits[member.index()]; });
  CHECK(visits == std::vector<int>(4, 100));
}

TEST_CASE("threads that fell asleep between regions wake up") {
  ThreadPool pool(2);
  for (int round = 0; round < 3; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::vector<int> done(10);
    pool.for_each(10, [&](std::int64_t item) { ++done[item]; });
    CHECK(std::accumulate(done.begin(), done.end(), 0) == 10);
  }
}

}  // namespace cadenza

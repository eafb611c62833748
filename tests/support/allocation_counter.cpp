#include "tests/support/allocation_counter.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::int64_t> count{0};

}  // namespace

namespace cadenza::testing {

std::int64_t num_allocations() { return count.load(); }

}  // namespace cadenza::testing

// Not under AddressSanitizer, whose own operators these would mix with; there nothing is counted.
#if !defined(__SANITIZE_ADDRESS__)

void* operator new(std::size_t size) {
  count.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

#endif

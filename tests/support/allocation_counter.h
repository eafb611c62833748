// Counts what operator new is asked for, on all threads. Linking allocation_counter.cpp replaces
// it.
#pragma once

#include <cstdint>

namespace cadenza::testing {

std::int64_t num_allocations();

}  // namespace cadenza::testing

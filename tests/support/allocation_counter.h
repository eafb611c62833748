// Counts what operator new is asked for, on all threads: linking allocation_counter.cpp replaces it.
// Under AddressSanitizer nothing is counted.
#pragma once

#include <cstdint>

namespace cadenza::testing {

std::int64_t num_allocations();

}  // namespace cadenza::testing

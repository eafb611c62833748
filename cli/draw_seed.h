// A seed for a request that names none.
#pragma once

#include <cstdint>

namespace cadenza {

// From the system's random source; 63 bits, so that every language's signed integers can hold what
// is recorded. Throws Error(io).
std::uint64_t draw_seed();

}  // namespace cadenza

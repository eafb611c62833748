// Normal deviates for kernel tests: the same on every machine. Torch-free.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace cadenza::testing {

inline std::vector<float> random_values(std::int64_t count, unsigned seed) {
  std::uint64_t state = seed * 0x9e3779b97f4a7c15ull + 1;
  const auto uniform = [&] {  // (0, 1]
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (static_cast<double>(state >> 40) + 1) * 0x1p-24;
  };
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    value = static_cast<float>(radius * std::cos(6.283185307179586 * uniform()));
  }
  return values;
}

}  // namespace cadenza::testing

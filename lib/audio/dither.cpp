#include "lib/audio/dither.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace cadenza {

namespace {

// The output function of SplitMix64 (Steele, Lea, Flood 2014): state `seed` advanced `index` times.
std::uint64_t splitmix64(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed + 0x9E3779B97F4A7C15U * (index + 1);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

}  // namespace

double tpdf_noise(std::uint64_t seed, std::uint64_t index) {
  const std::uint64_t random = splitmix64(seed, index);
  const double sum =
      static_cast<double>(random >> 32) + static_cast<double>(random & 0xFFFFFFFFU) + 1.0;
  return sum / 4294967296.0 - 1.0;
}

void quantize(std::span<const float> in, int bits, std::uint64_t seed, std::uint64_t first_index,
              std::span<std::int32_t> out) {
  assert(in.size() == out.size() && (bits == 16 || bits == 24));
  const std::int64_t full_scale = std::int64_t{1} << (bits - 1);
  const std::int32_t shift = std::int32_t{1} << (32 - bits);
  for (std::size_t i = 0; i < in.size(); ++i) {
    double steps = static_cast<double>(in[i]) * static_cast<double>(full_scale);
    if (in[i] != 0.0F) steps += tpdf_noise(seed, first_index + i);
    steps =
        std::clamp(steps, -static_cast<double>(full_scale), static_cast<double>(full_scale - 1));
    out[i] = static_cast<std::int32_t>(std::lrint(steps)) * shift;
  }
}

}  // namespace cadenza

// bfloat16 as plain bits: the upper half of an fp32.
#pragma once

#include <bit>
#include <cstdint>

namespace cadenza {

// Rounds to nearest, ties to even. Subnormals become zero and NaN stays NaN, as in the processor's
// own VCVTNEPS2BF16: all instruction sets must store the same bits.
inline std::uint16_t to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude < 0x00800000u) return static_cast<std::uint16_t>((bits & 0x80000000u) >> 16);
  if (magnitude > 0x7f800000u) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

inline float from_bfloat16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

}  // namespace cadenza

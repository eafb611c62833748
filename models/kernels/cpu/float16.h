// IEEE half precision as plain bits, for scales: finite, not negative, at most 65504.
#pragma once

#include <bit>
#include <cstdint>

namespace cadenza {

// Multiplying by 2^112 moves the exponent from half's bias to single's, subnormals included.
inline float from_float16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 13) * 0x1p112f;
}

// Rounds to nearest, ties to even.
inline std::uint16_t to_float16(float value) {
  if (value < 0x1p-14f)  // subnormal half: a multiple of 2^-24; the addition rounds
    return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value + 0.5f) & 0x7ffu);
  const auto bits = std::bit_cast<std::uint32_t>(value * 0x1p-112f);
  return static_cast<std::uint16_t>((bits + 0xfffu + ((bits >> 13) & 1u)) >> 13);
}

}  // namespace cadenza

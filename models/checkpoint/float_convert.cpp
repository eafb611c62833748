#include "models/checkpoint/float_convert.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "lib/error.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace cadenza {

namespace {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

// Exact for every half: subnormals are scaled by a multiplication, NaN payloads are kept.
float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000) << 16;
  const std::uint32_t rest = half & 0x7fffu;
  if (rest >= 0x7c00) return std::bit_cast<float>(sign | 0x7f800000u | (rest & 0x3ff) << 13);
  // The exponent's bias differs by 112; 2^112 moves it, normal and subnormal alike.
  const float scaled = std::bit_cast<float>(rest << 13) * 0x1p112f;
  return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(scaled));
}

void halves_portable(const std::byte* stored, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::uint16_t half;
    std::memcpy(&half, stored + 2 * i, 2);
    out[i] = half_to_float(half);
  }
}

#if defined(__x86_64__)
__attribute__((target("avx,f16c"))) void halves_f16c(const std::byte* stored,
                                                     std::span<float> out) {
  std::size_t i = 0;
  for (; i + 8 <= out.size(); i += 8) {
    const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(stored + 2 * i));
    _mm256_storeu_ps(out.data() + i, _mm256_cvtph_ps(halves));
  }
  halves_portable(stored + 2 * i, out.subspan(i));
}
#endif

void convert_halves(const std::byte* stored, std::span<float> out) {
#if defined(__x86_64__)
  static const bool has_f16c = __builtin_cpu_supports("avx") && __builtin_cpu_supports("f16c");
  if (has_f16c) return halves_f16c(stored, out);
#endif
  halves_portable(stored, out);
}

void convert_bf16(const std::byte* stored, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::uint16_t upper;
    std::memcpy(&upper, stored + 2 * i, 2);
    out[i] = std::bit_cast<float>(static_cast<std::uint32_t>(upper) << 16);
  }
}

void convert_doubles(const std::byte* stored, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    double value;
    std::memcpy(&value, stored + 8 * i, 8);
    out[i] = static_cast<float>(value);
  }
}

constexpr std::uint32_t kExponent = 0x7f800000u;  // all ones: NaN or Inf

bool is_nonfinite(float value) {
  return (std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent;
}

// A block has no early exit, so that the compiler makes vector code of it.
bool has_nonfinite(std::span<const float> block) {
  std::uint32_t found = 0;
  for (const float value : block) found |= is_nonfinite(value) ? 1u : 0u;
  return found != 0;
}

}  // namespace

bool is_float(Dtype dtype) {
  return dtype == Dtype::f32 || dtype == Dtype::f16 || dtype == Dtype::bf16 || dtype == Dtype::f64;
}

void convert_to_fp32(Dtype dtype, std::span<const std::byte> stored, std::span<float> out) {
  if (!is_float(dtype) ||
      stored.size() != out.size() * static_cast<std::size_t>(dtype_size_bytes(dtype)))
    fail(ErrorKind::internal, "convert_to_fp32: wrong dtype or size");
  if (dtype == Dtype::f32 && !out.empty()) std::memcpy(out.data(), stored.data(), stored.size());
  if (dtype == Dtype::f16) convert_halves(stored.data(), out);
  if (dtype == Dtype::bf16) convert_bf16(stored.data(), out);
  if (dtype == Dtype::f64) convert_doubles(stored.data(), out);
}

std::optional<std::size_t> first_nonfinite(std::span<const float> values) {
  constexpr std::size_t kBlock = 4096;
  for (std::size_t start = 0; start < values.size(); start += kBlock) {
    const auto block = values.subspan(start, std::min(kBlock, values.size() - start));
    if (!has_nonfinite(block)) continue;
    const auto found = std::find_if(block.begin(), block.end(), is_nonfinite);
    return start + static_cast<std::size_t>(found - block.begin());
  }
  return std::nullopt;
}

}  // namespace cadenza

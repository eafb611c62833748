// Sixteen lanes in plain C++, and the meaning of every function the kernels are written in.
//
// The kernels (*_inl.h) are one source, compiled once per instruction set against one of the
// simd_*.h. Everything here has internal linkage and no inline function of a standard header is
// called: the linker keeps one copy of such a function, and it must not be the AVX-512 one.
//
// Arithmetic is identical in all three: the same operations in the same order, multiply_add fused,
// sum() as one fixed tree. Only x86-64 without FMA, here, rounds the product as well.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cadenza {
namespace {

constexpr int kPanelsPerPass = 1;  // panels and rows whose sums are held in registers together
constexpr int kRowsPerPass = 2;

struct Floats {
  float v[16];
};
struct Ints {
  std::int32_t v[16];
};

template <typename Lane>
inline Floats each(Lane lane) {
  Floats x;
  for (int i = 0; i < 16; ++i) x.v[i] = lane(i);
  return x;
}
template <typename Lane>
inline Ints each_int(Lane lane) {
  Ints x;
  for (int i = 0; i < 16; ++i) x.v[i] = lane(i);
  return x;
}

inline Floats all(float x) {
  return each([&](int) { return x; });
}
inline Floats load(const float* p) {
  return each([&](int i) { return p[i]; });
}
// The first n of 16 values, zero for the others; memory beyond them is not touched.
inline Floats load_first(const float* p, std::int64_t n) {
  return each([&](int i) { return i < n ? p[i] : 0.0f; });
}
inline void store(float* p, Floats x) {
  for (int i = 0; i < 16; ++i) p[i] = x.v[i];
}
inline void store_first(float* p, std::int64_t n, Floats x) {
  for (int i = 0; i < 16 && i < n; ++i) p[i] = x.v[i];
}
inline Floats keep_first(Floats x, std::int64_t n, float others) {
  return each([&](int i) { return i < n ? x.v[i] : others; });
}

inline float fused(float a, float b, float c) {
#if defined(__FP_FAST_FMAF)
  return __builtin_fmaf(a, b, c);
#else
  return a * b + c;
#endif
}
inline Floats add(Floats a, Floats b) {
  return each([&](int i) { return a.v[i] + b.v[i]; });
}
inline Floats subtract(Floats a, Floats b) {
  return each([&](int i) { return a.v[i] - b.v[i]; });
}
inline Floats multiply(Floats a, Floats b) {
  return each([&](int i) { return a.v[i] * b.v[i]; });
}
inline Floats multiply_add(Floats a, Floats b, Floats c) {  // a * b + c
  return each([&](int i) { return fused(a.v[i], b.v[i], c.v[i]); });
}
// Of two, b if either is NaN, as MAXPS and MINPS.
inline Floats larger(Floats a, Floats b) {
  return each([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
}
inline Floats smaller(Floats a, Floats b) {
  return each([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
}
inline Floats magnitude(Floats a) {
  return each([&](int i) { return __builtin_fabsf(a.v[i]); });
}
inline Floats with_sign_of(Floats a, Floats sign) {
  return each([&](int i) { return __builtin_copysignf(a.v[i], sign.v[i]); });
}
inline Floats if_less(Floats a, Floats b, Floats yes, Floats no) {  // a < b ? yes : no
  return each([&](int i) { return a.v[i] < b.v[i] ? yes.v[i] : no.v[i]; });
}
// Ties to even. |a| < 2^22: adding 1.5 * 2^23 pushes the fraction out of the number.
inline Floats nearest_integer(Floats a) {
  return each([&](int i) { return a.v[i] + 12582912.0f - 12582912.0f; });
}
// 2^n for integers n in [-126, 127].
inline Floats power_of_two(Floats n) {
  return each([&](int i) {
    const std::uint32_t bits = static_cast<std::uint32_t>(static_cast<int>(n.v[i]) + 127) << 23;
    float power;
    __builtin_memcpy(&power, &bits, 4);
    return power;
  });
}

// Of all lanes, as a tree of halves: lane i + lane i + 8, then 4, 2, 1.
inline float sum(Floats x) {
  for (int half = 8; half > 0; half /= 2)
    for (int i = 0; i < half; ++i) x.v[i] += x.v[i + half];
  return x.v[0];
}
inline float largest(Floats x) {
  for (int i = 1; i < 16; ++i) x.v[0] = x.v[i] > x.v[0] ? x.v[i] : x.v[0];
  return x.v[0];
}

inline float float_of(std::uint32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, 4);
  return x;
}
inline std::uint32_t bits_of(float x) {
  std::uint32_t bits;
  __builtin_memcpy(&bits, &x, 4);
  return bits;
}

// Rounds as to_bfloat16 of bfloat16.h.
inline void store_bf16(std::uint16_t* p, Floats x) {
  for (int i = 0; i < 16; ++i) {
    const std::uint32_t bits = bits_of(x.v[i]), size = bits & 0x7fffffffu;
    const std::uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    const std::uint32_t zero_or_rounded = size < 0x00800000u ? (bits >> 16) & 0x8000u : rounded;
    p[i] = static_cast<std::uint16_t>(size > 0x7f800000u ? (bits >> 16) | 0x40u : zero_or_rounded);
  }
}

// Words are 32-bit lanes of whatever the format holds: 1 fp32, 2 bf16, 4 bytes.
inline Ints all_words(const std::byte* p) {
  std::int32_t word;
  __builtin_memcpy(&word, p, 4);
  return each_int([&](int) { return word; });
}
inline Ints load_words(const std::byte* p) {
  Ints x;
  __builtin_memcpy(x.v, p, 64);
  return x;
}
inline Floats as_floats(Ints words) {
  return each([&](int i) { return float_of(static_cast<std::uint32_t>(words.v[i])); });
}

// A word of two bf16 is multiplied in parts: the upper halves first, then the lower, which is the
// order of VDPBF16PS. Where that exists one part does both. A product of two bf16 is exact in fp32,
// so fusing it with the addition makes no difference.
constexpr int kBf16Parts = 2;
template <int kPart>
inline Ints bf16_part(Ints pairs) {
  return each_int([&](int i) {
    const auto pair = static_cast<std::uint32_t>(pairs.v[i]);
    return static_cast<std::int32_t>(kPart == 0 ? pair & 0xffff0000u : pair << 16);
  });
}
inline Floats add_bf16_products(Floats sums, Ints w, Ints x) {
  return add(sums, multiply(as_floats(w), as_floats(x)));
}
// Four products of an unsigned and a signed byte, added exactly.
inline Ints add_products_bytes(Ints sums, Ints unsigned_bytes, Ints signed_bytes) {
  return each_int([&](int i) {
    std::int32_t total = sums.v[i];
    for (int shift = 0; shift < 32; shift += 8)
      total += static_cast<std::uint8_t>(unsigned_bytes.v[i] >> shift) *
               static_cast<std::int8_t>(signed_bytes.v[i] >> shift);
    return total;
  });
}

inline Ints subtract(Ints a, Ints b) {
  return each_int([&](int i) { return a.v[i] - b.v[i]; });
}
inline Floats to_floats(Ints a) {
  return each([&](int i) { return static_cast<float>(a.v[i]); });
}
inline Ints low_nibbles(Ints a) {
  return each_int([&](int i) { return a.v[i] & 0x0f0f0f0f; });
}
inline Ints high_nibbles(Ints a) {
  return each_int([&](int i) { return (a.v[i] >> 4) & 0x0f0f0f0f; });
}
// Scales: finite and not negative. Multiplying by 2^112 rebuilds the exponent, subnormals included.
inline Floats load_fp16(const std::byte* p) {
  std::uint16_t halves[16];
  __builtin_memcpy(halves, p, 32);
  return each(
      [&](int i) { return float_of(static_cast<std::uint32_t>(halves[i]) << 13) * 0x1p112f; });
}
// The lowest byte of each, which holds an integer.
inline void store_bytes(std::byte* p, Floats integers) {
  for (int i = 0; i < 16; ++i)
    p[i] = static_cast<std::byte>(static_cast<int>(integers.v[i]) & 0xff);
}

}  // namespace
}  // namespace cadenza

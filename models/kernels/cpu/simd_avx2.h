// Sixteen lanes in two AVX2 registers. See simd_portable.h for what each function means.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace cadenza {
namespace {

constexpr int kPanelsPerPass = 2;
constexpr int kRowsPerPass = 2;  // 8 sums, 4 weights and 2 inputs: 14 of 16 registers

struct Floats {
  __m256 a, b;  // lanes 0-7 and 8-15
};
struct Ints {
  __m256i a, b;
};

inline Floats all(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
inline Floats load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
inline void store(float* p, Floats x) {
  _mm256_storeu_ps(p, x.a);
  _mm256_storeu_ps(p + 8, x.b);
}
// All bits set in the first n of eight lanes.
inline __m256i first_lanes(std::int64_t n) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), lane);
}
inline Floats load_first(const float* p, std::int64_t n) {
  return {_mm256_maskload_ps(p, first_lanes(n)), _mm256_maskload_ps(p + 8, first_lanes(n - 8))};
}
inline void store_first(float* p, std::int64_t n, Floats x) {
  _mm256_maskstore_ps(p, first_lanes(n), x.a);
  _mm256_maskstore_ps(p + 8, first_lanes(n - 8), x.b);
}
inline Floats keep_first(Floats x, std::int64_t n, float others) {
  const __m256 fill = _mm256_set1_ps(others);
  return {_mm256_blendv_ps(fill, x.a, _mm256_castsi256_ps(first_lanes(n))),
          _mm256_blendv_ps(fill, x.b, _mm256_castsi256_ps(first_lanes(n - 8)))};
}

inline Floats add(Floats x, Floats y) { return {_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)}; }
inline Floats subtract(Floats x, Floats y) {
  return {_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)};
}
inline Floats multiply(Floats x, Floats y) {
  return {_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)};
}
inline Floats multiply_add(Floats x, Floats y, Floats z) {
  return {_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b)};
}
inline Floats larger(Floats x, Floats y) {
  return {_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b)};
}
inline Floats smaller(Floats x, Floats y) {
  return {_mm256_min_ps(x.a, y.a), _mm256_min_ps(x.b, y.b)};
}
inline Floats magnitude(Floats x) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  return {_mm256_andnot_ps(sign, x.a), _mm256_andnot_ps(sign, x.b)};
}
inline Floats with_sign_of(Floats x, Floats sign) {
  const __m256 bit = _mm256_set1_ps(-0.0f);
  const Floats size = magnitude(x);
  return {_mm256_or_ps(_mm256_and_ps(bit, sign.a), size.a),
          _mm256_or_ps(_mm256_and_ps(bit, sign.b), size.b)};
}
inline Floats if_less(Floats x, Floats y, Floats yes, Floats no) {
  return {_mm256_blendv_ps(no.a, yes.a, _mm256_cmp_ps(x.a, y.a, _CMP_LT_OQ)),
          _mm256_blendv_ps(no.b, yes.b, _mm256_cmp_ps(x.b, y.b, _CMP_LT_OQ))};
}
inline Floats nearest_integer(Floats x) {
  constexpr int kMode = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  return {_mm256_round_ps(x.a, kMode), _mm256_round_ps(x.b, kMode)};
}
inline __m256 power_of_two(__m256 n) {
  const __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
  return _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
}
inline Floats power_of_two(Floats n) { return {power_of_two(n.a), power_of_two(n.b)}; }

inline float sum(Floats x) {
  const __m256 eight = _mm256_add_ps(x.a, x.b);
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline float largest(Floats x) {
  const __m256 eight = _mm256_max_ps(x.a, x.b);
  const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

// Eight bf16, each in the lower half of its lane.
inline __m256i rounded_to_bf16(__m256 x) {
  const __m256i bits = _mm256_castps_si256(x);
  const __m256i upper = _mm256_srli_epi32(bits, 16);
  const __m256i odd = _mm256_and_si256(upper, _mm256_set1_epi32(1));
  const __m256i bias = _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff));
  const __m256i rounded = _mm256_srli_epi32(_mm256_add_epi32(bits, bias), 16);
  const __m256i size = _mm256_and_si256(bits, _mm256_set1_epi32(0x7fffffff));
  const __m256i tiny = _mm256_cmpgt_epi32(_mm256_set1_epi32(0x00800000), size);
  const __m256i nan = _mm256_cmpgt_epi32(size, _mm256_set1_epi32(0x7f800000));
  const __m256i zero = _mm256_and_si256(upper, _mm256_set1_epi32(0x8000));
  const __m256i quiet = _mm256_or_si256(upper, _mm256_set1_epi32(0x40));
  return _mm256_blendv_epi8(_mm256_blendv_epi8(rounded, zero, tiny), quiet, nan);
}
// The lower halves of 16 lanes side by side; each must fit unsigned.
inline __m256i packed_halves(__m256i a, __m256i b) {
  return _mm256_permute4x64_epi64(_mm256_packus_epi32(a, b), 0xd8);
}
inline void store_bf16(std::uint16_t* p, Floats x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                      packed_halves(rounded_to_bf16(x.a), rounded_to_bf16(x.b)));
}

inline Ints all_words(const std::byte* p) {
  int word;
  __builtin_memcpy(&word, p, 4);
  return {_mm256_set1_epi32(word), _mm256_set1_epi32(word)};
}
inline Ints load_words(const std::byte* p) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)),
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32))};
}
inline Floats as_floats(Ints x) { return {_mm256_castsi256_ps(x.a), _mm256_castsi256_ps(x.b)}; }

constexpr int kBf16Parts = 2;
template <int kPart>
inline Ints bf16_part(Ints pairs) {
  if constexpr (kPart == 1) return {_mm256_slli_epi32(pairs.a, 16), _mm256_slli_epi32(pairs.b, 16)};
  const __m256i upper = _mm256_set1_epi32(static_cast<int>(0xffff0000u));
  return {_mm256_and_si256(pairs.a, upper), _mm256_and_si256(pairs.b, upper)};
}
inline Floats add_bf16_products(Floats sums, Ints w, Ints x) {
  return multiply_add(as_floats(w), as_floats(x), sums);
}

inline __m256i add_products_bytes(__m256i sums, __m256i u, __m256i s) {
  const __m256i u0 = _mm256_and_si256(u, _mm256_set1_epi16(0xff));
  const __m256i u1 = _mm256_srli_epi16(u, 8);
  const __m256i s0 = _mm256_srai_epi16(_mm256_slli_epi16(s, 8), 8);
  const __m256i s1 = _mm256_srai_epi16(s, 8);
  const __m256i products = _mm256_add_epi32(_mm256_madd_epi16(u0, s0), _mm256_madd_epi16(u1, s1));
  return _mm256_add_epi32(sums, products);
}
inline Ints add_products_bytes(Ints sums, Ints unsigned_bytes, Ints signed_bytes) {
  return {add_products_bytes(sums.a, unsigned_bytes.a, signed_bytes.a),
          add_products_bytes(sums.b, unsigned_bytes.b, signed_bytes.b)};
}

inline Ints subtract(Ints x, Ints y) {
  return {_mm256_sub_epi32(x.a, y.a), _mm256_sub_epi32(x.b, y.b)};
}
inline Floats to_floats(Ints x) { return {_mm256_cvtepi32_ps(x.a), _mm256_cvtepi32_ps(x.b)}; }
inline Ints low_nibbles(Ints x) {
  const __m256i low = _mm256_set1_epi8(15);
  return {_mm256_and_si256(x.a, low), _mm256_and_si256(x.b, low)};
}
inline Ints high_nibbles(Ints x) {
  return low_nibbles({_mm256_srli_epi16(x.a, 4), _mm256_srli_epi16(x.b, 4)});
}
inline Floats load_fp16(const std::byte* p) {
  const auto* halves = reinterpret_cast<const __m128i*>(p);
  return {_mm256_cvtph_ps(_mm_loadu_si128(halves)), _mm256_cvtph_ps(_mm_loadu_si128(halves + 1))};
}
inline void store_bytes(std::byte* p, Floats x) {
  const __m256i byte = _mm256_set1_epi32(0xff);
  const __m256i halves = packed_halves(_mm256_and_si256(_mm256_cvtps_epi32(x.a), byte),
                                       _mm256_and_si256(_mm256_cvtps_epi32(x.b), byte));
  const __m128i bytes =
      _mm_packus_epi16(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), bytes);
}

}  // namespace
}  // namespace cadenza

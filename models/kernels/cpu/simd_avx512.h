// Sixteen lanes in one AVX-512 register. See simd_portable.h for what each function means.
//
// With BF16 and VNNI in the compiler's options their instructions are used; without, the same bits
// are computed in more steps.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace cadenza {
namespace {

constexpr int kPanelsPerPass = 4;
#if defined(__AVX512BF16__)
constexpr int kRowsPerPass = 6;  // 24 sums, 4 weights and an input: 29 of 32 registers
#else
constexpr int kRowsPerPass = 4;  // splitting the pairs takes more of them
#endif

struct Floats {
  __m512 v;
};
struct Ints {
  __m512i v;
};

inline __mmask16 first_lanes(std::int64_t n) {
  return static_cast<__mmask16>(n >= 16 ? 0xffffu : (1u << n) - 1u);
}

inline Floats all(float x) { return {_mm512_set1_ps(x)}; }
inline Floats load(const float* p) { return {_mm512_loadu_ps(p)}; }
inline Floats load_first(const float* p, std::int64_t n) {
  return {_mm512_maskz_loadu_ps(first_lanes(n), p)};
}
inline void store(float* p, Floats x) { _mm512_storeu_ps(p, x.v); }
inline void store_first(float* p, std::int64_t n, Floats x) {
  _mm512_mask_storeu_ps(p, first_lanes(n), x.v);
}
inline Floats keep_first(Floats x, std::int64_t n, float others) {
  return {_mm512_mask_blend_ps(first_lanes(n), _mm512_set1_ps(others), x.v)};
}

inline Floats add(Floats a, Floats b) { return {_mm512_add_ps(a.v, b.v)}; }
inline Floats subtract(Floats a, Floats b) { return {_mm512_sub_ps(a.v, b.v)}; }
inline Floats multiply(Floats a, Floats b) { return {_mm512_mul_ps(a.v, b.v)}; }
inline Floats multiply_add(Floats a, Floats b, Floats c) {
  return {_mm512_fmadd_ps(a.v, b.v, c.v)};
}
inline Floats larger(Floats a, Floats b) { return {_mm512_max_ps(a.v, b.v)}; }
inline Floats smaller(Floats a, Floats b) { return {_mm512_min_ps(a.v, b.v)}; }
inline Floats magnitude(Floats a) { return {_mm512_abs_ps(a.v)}; }
inline Floats with_sign_of(Floats a, Floats sign) {
  const __m512 bit = _mm512_set1_ps(-0.0f);
  return {_mm512_or_ps(_mm512_and_ps(bit, sign.v), _mm512_andnot_ps(bit, a.v))};
}
inline Floats if_less(Floats a, Floats b, Floats yes, Floats no) {
  return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ), no.v, yes.v)};
}
inline Floats nearest_integer(Floats a) {
  return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
inline Floats power_of_two(Floats n) {
  const __m512i exponent = _mm512_add_epi32(_mm512_cvtps_epi32(n.v), _mm512_set1_epi32(127));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(exponent, 23))};
}

inline float sum(Floats x) {
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(x.v), _mm512_extractf32x8_ps(x.v, 1));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline float largest(Floats x) { return _mm512_reduce_max_ps(x.v); }

inline void store_bf16(std::uint16_t* p, Floats x) {
#if defined(__AVX512BF16__)
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), (__m256i)_mm512_cvtneps_pbh(x.v));
#else
  const __m512i bits = _mm512_castps_si512(x.v);
  const __m512i upper = _mm512_srli_epi32(bits, 16);
  const __m512i odd = _mm512_and_si512(upper, _mm512_set1_epi32(1));
  const __m512i bias = _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff));
  __m512i rounded = _mm512_srli_epi32(_mm512_add_epi32(bits, bias), 16);
  const __m512i size = _mm512_and_si512(bits, _mm512_set1_epi32(0x7fffffff));
  const __mmask16 tiny = _mm512_cmplt_epi32_mask(size, _mm512_set1_epi32(0x00800000));
  const __mmask16 nan = _mm512_cmpgt_epi32_mask(size, _mm512_set1_epi32(0x7f800000));
  rounded = _mm512_mask_and_epi32(rounded, tiny, upper, _mm512_set1_epi32(0x8000));
  rounded = _mm512_mask_or_epi32(rounded, nan, upper, _mm512_set1_epi32(0x40));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(rounded));
#endif
}

inline std::uint32_t word_at(const std::byte* p) {
  std::uint32_t word;
  __builtin_memcpy(&word, p, 4);
  return word;
}

inline Ints all_words(const std::byte* p) {
  return {_mm512_set1_epi32(static_cast<int>(word_at(p)))};
}
inline Ints load_words(const std::byte* p) { return {_mm512_loadu_si512(p)}; }
inline Floats as_floats(Ints words) { return {_mm512_castsi512_ps(words.v)}; }

#if defined(__AVX512BF16__)
constexpr int kBf16Parts = 1;
template <int kPart>
inline Ints bf16_part(Ints pairs) {
  return pairs;
}
inline Floats add_bf16_products(Floats sums, Ints w, Ints x) {
  return {_mm512_dpbf16_ps(sums.v, (__m512bh)w.v, (__m512bh)x.v)};
}
#else
constexpr int kBf16Parts = 2;
template <int kPart>
inline Ints bf16_part(Ints pairs) {
  if constexpr (kPart == 1) return {_mm512_slli_epi32(pairs.v, 16)};
  return {_mm512_and_si512(pairs.v, _mm512_set1_epi32(static_cast<int>(0xffff0000u)))};
}
inline Floats add_bf16_products(Floats sums, Ints w, Ints x) {
  return multiply_add(as_floats(w), as_floats(x), sums);
}
#endif

inline Ints add_products_bytes(Ints sums, Ints unsigned_bytes, Ints signed_bytes) {
#if defined(__AVX512VNNI__)
  return {_mm512_dpbusd_epi32(sums.v, unsigned_bytes.v, signed_bytes.v)};
#else
  const __m512i low = _mm512_set1_epi16(0xff);
  const __m512i u0 = _mm512_and_si512(unsigned_bytes.v, low);
  const __m512i u1 = _mm512_srli_epi16(unsigned_bytes.v, 8);
  const __m512i s0 = _mm512_srai_epi16(_mm512_slli_epi16(signed_bytes.v, 8), 8);
  const __m512i s1 = _mm512_srai_epi16(signed_bytes.v, 8);
  const __m512i products = _mm512_add_epi32(_mm512_madd_epi16(u0, s0), _mm512_madd_epi16(u1, s1));
  return {_mm512_add_epi32(sums.v, products)};
#endif
}

inline Ints subtract(Ints a, Ints b) { return {_mm512_sub_epi32(a.v, b.v)}; }
inline Floats to_floats(Ints a) { return {_mm512_cvtepi32_ps(a.v)}; }
inline Ints low_nibbles(Ints a) { return {_mm512_and_si512(a.v, _mm512_set1_epi8(15))}; }
inline Ints high_nibbles(Ints a) { return low_nibbles({_mm512_srli_epi16(a.v, 4)}); }
inline Floats load_fp16(const std::byte* p) {
  return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
}
inline void store_bytes(std::byte* p, Floats integers) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                   _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(integers.v)));
}

}  // namespace
}  // namespace cadenza

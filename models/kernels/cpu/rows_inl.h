// Kernels over one row of values: normalise, add, GELU, and the prepared forms of linear inputs.
// Included after one of the simd_*.h.
#pragma once

#include "models/kernels/cpu/functions_inl.h"

namespace cadenza {
namespace {

// Calls body(first, count) for each run of up to 16 values.
template <typename Body>
inline void for_each_vector(std::int64_t n, Body body) {
  std::int64_t first = 0;
  for (; first + 16 <= n; first += 16) body(first, std::int64_t{16});
  if (first < n) body(first, n - first);
}

inline Floats load_run(const float* p, std::int64_t count) {
  return count == 16 ? load(p) : load_first(p, count);
}
inline void store_run(float* p, std::int64_t count, Floats x) {
  count == 16 ? store(p, x) : store_first(p, count, x);
}

void layer_norm(const float* x, const float* weight, const float* bias, std::int64_t n,
                float epsilon, float* y) {
  Floats total = all(0.0f);
  for_each_vector(
      n, [&](std::int64_t i, std::int64_t count) { total = add(total, load_run(x + i, count)); });
  const float mean = sum(total) / static_cast<float>(n);

  Floats squares = all(0.0f);
  for_each_vector(n, [&](std::int64_t i, std::int64_t count) {
    const Floats centred = keep_first(subtract(load_run(x + i, count), all(mean)), count, 0.0f);
    squares = multiply_add(centred, centred, squares);
  });
  const float variance = sum(squares) / static_cast<float>(n);
  const float factor = 1.0f / __builtin_sqrtf(variance + epsilon);

  for_each_vector(n, [&](std::int64_t i, std::int64_t count) {
    const Floats unit = multiply(subtract(load_run(x + i, count), all(mean)), all(factor));
    store_run(y + i, count,
              multiply_add(unit, load_run(weight + i, count), load_run(bias + i, count)));
  });
}

void add_row(const float* x, std::int64_t n, float* y) {
  for_each_vector(n, [&](std::int64_t i, std::int64_t count) {
    store_run(y + i, count, add(load_run(y + i, count), load_run(x + i, count)));
  });
}

void gelu_row(const float* x, std::int64_t n, float* y) {
  for_each_vector(n, [&](std::int64_t i, std::int64_t count) {
    store_run(y + i, count, gelu(load_run(x + i, count)));
  });
}

void prepare_fp32(const float* x, std::int64_t k, std::int64_t, std::byte* row) {
  __builtin_memcpy(row, x, static_cast<std::size_t>(k) * sizeof(float));
}

void prepare_bf16(const float* x, std::int64_t k, std::int64_t, std::byte* row) {
  auto* out = reinterpret_cast<std::uint16_t*>(row);
  for_each_vector(
      k, [&](std::int64_t i, std::int64_t count) { store_bf16(out + i, load_run(x + i, count)); });
}

// Writes round(x / scale) + offset as bytes, scale = max |x| / 127, and the scale after them.
// Returns nothing useful for rows that are not finite: the caller's logits will show it.
inline void prepare_bytes(const float* x, std::int64_t k, std::int64_t padded_k, float offset,
                          std::byte* row) {
  Floats largest_size = all(0.0f);
  for_each_vector(k, [&](std::int64_t i, std::int64_t count) {
    largest_size = larger(largest_size, magnitude(load_run(x + i, count)));
  });
  const float size = largest(largest_size);
  const float scale = size / 127.0f;
  const float inverse = size > 1e-30f ? 127.0f / size : 0.0f;
  for_each_vector(padded_k, [&](std::int64_t i, std::int64_t) {
    const std::int64_t count = k - i < 0 ? 0 : (k - i < 16 ? k - i : 16);
    const Floats value = nearest_integer(multiply(load_run(x + i, count), all(inverse)));
    store_bytes(row + i, add(value, all(offset)));
  });
  __builtin_memcpy(row + padded_k, &scale, sizeof scale);
}

void prepare_int8(const float* x, std::int64_t k, std::int64_t padded_k, std::byte* row) {
  prepare_bytes(x, k, padded_k, 128.0f, row);
}

void prepare_int4(const float* x, std::int64_t k, std::int64_t padded_k, std::byte* row) {
  prepare_bytes(x, k, padded_k, 0.0f, row);
  std::byte* corrections = row + padded_k + sizeof(float);
  for (std::int64_t block = 0; block < padded_k / kInt4Block; ++block) {
    std::int32_t total = 0;
    for (std::int64_t i = 0; i < kInt4Block; ++i)
      total += static_cast<std::int8_t>(row[block * kInt4Block + i]);
    const std::int32_t correction = -8 * total;
    __builtin_memcpy(corrections + block * 4, &correction, sizeof correction);
  }
}

}  // namespace
}  // namespace cadenza

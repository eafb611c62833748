#include "models/kernels/cpu/packed_linear_reference.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "models/kernels/cpu/bfloat16.h"
#include "models/kernels/cpu/packed_layout.h"

namespace cadenza {

namespace {

float dot_fp32(const float* w, const float* x, std::int64_t inputs) {
  float sum = 0;
  for (std::int64_t k = 0; k < inputs; ++k) sum = std::fma(w[k], x[k], sum);
  return sum;
}

// In pairs, the second of a pair first: the order of the VDPBF16PS instruction.
float dot_bf16(const float* w, const float* x, std::int64_t inputs) {
  const auto product = [&](std::int64_t k) {
    if (k >= inputs) return 0.0f;
    return from_bfloat16(to_bfloat16(w[k])) * from_bfloat16(to_bfloat16(x[k]));
  };
  float sum = 0;
  for (std::int64_t k = 0; k < inputs; k += 2) {
    sum += product(k + 1);
    sum += product(k);
  }
  return sum;
}

float largest_magnitude(const float* values, std::int64_t count) {
  float largest = 0;
  for (std::int64_t i = 0; i < count; ++i) largest = std::max(largest, std::fabs(values[i]));
  return largest;
}

// Inputs as the int8 and int4 kernels see them: the level of x in 1/127 of the row's largest.
std::int64_t input_level(float x, float largest) {
  return largest > 0 ? std::lrint(x * (127.0f / largest)) : 0;
}

float dot_int8(const float* w, const float* x, std::int64_t inputs) {
  const float largest = largest_magnitude(x, inputs);
  const float scale = largest_magnitude(w, inputs) / 127.0f;
  std::int64_t sum = 0;
  for (std::int64_t k = 0; k < inputs; ++k)
    sum += (scale > 0 ? std::lrint(w[k] / scale) : 0) * input_level(x[k], largest);
  return static_cast<float>(sum) * (scale * (largest / 127.0f));
}

float dot_int4(const float* w, const float* x, std::int64_t inputs) {
  std::vector<std::byte> group(static_cast<std::size_t>(group_bytes(inputs, WeightFormat::int4)));
  std::vector<float> rounded(static_cast<std::size_t>(inputs));
  pack_group_row(group.data(), 0, w, inputs, WeightFormat::int4);
  unpack_group_row(group.data(), 0, inputs, WeightFormat::int4, rounded.data());
  const float largest = largest_magnitude(x, inputs);
  double sum = 0;
  for (std::int64_t k = 0; k < inputs; ++k)
    sum += rounded[k] * static_cast<double>(input_level(x[k], largest));
  return static_cast<float>(sum * (largest / 127.0));
}

float dot(WeightFormat format, const float* w, const float* x, std::int64_t inputs) {
  switch (format) {
    case WeightFormat::fp32:
      return dot_fp32(w, x, inputs);
    case WeightFormat::bf16:
      return dot_bf16(w, x, inputs);
    case WeightFormat::int8:
      return dot_int8(w, x, inputs);
    case WeightFormat::int4:
      return dot_int4(w, x, inputs);
  }
  return 0;
}

}  // namespace

void reference_linear(WeightFormat format, const float* weights, std::int64_t outputs,
                      std::int64_t inputs, const float* x, std::int64_t rows, float* y) {
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t n = 0; n < outputs; ++n)
      y[row * outputs + n] = dot(format, weights + n * inputs, x + row * inputs, inputs);
}

}  // namespace cadenza

#include "models/kernels/cpu/kernel_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "models/kernels/cpu/bfloat16.h"
#include "models/kernels/cpu/float16.h"
#include "tests/support/random_values.h"

namespace cadenza {

using testing::random_values;

TEST_CASE("GELU is within 3e-7 of the exact one, on every instruction set") {
  std::vector<float> x;
  for (int i = -120000; i <= 120000; ++i) x.push_back(static_cast<float>(i) * 1e-4f);
  for (const InstructionSet set : supported_instruction_sets()) {
    std::vector<float> y(x.size());
    kernel_table(set).gelu(x.data(), static_cast<std::int64_t>(x.size()), y.data());
    double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double exact = 0.5 * x[i] * std::erfc(-x[i] / std::sqrt(2.0));
      worst = std::max(worst, std::fabs(y[i] - exact) / std::max(1.0, std::fabs(exact)));
    }
    MESSAGE(instruction_set_name(set) << ": largest error " << worst);
    CHECK(worst < 3e-7);
  }
}

TEST_CASE("layer norm is the formula's for any width") {
  for (const std::int64_t n : {1, 5, 16, 48, 63, 64, 1024}) {
    auto x = random_values(n, 1);
    for (float& value : x) value = value * 3 + 100;  // a mean far from zero must not cost digits
    const auto weight = random_values(n, 2), bias = random_values(n, 3);
    double mean = 0, variance = 0;
    for (const float value : x) mean += value / static_cast<double>(n);
    for (const float value : x)
      variance += (value - mean) * (value - mean) / static_cast<double>(n);
    std::vector<float> first;
    for (const InstructionSet set : supported_instruction_sets()) {
      std::vector<float> y(x.size());
      kernel_table(set).layer_norm(x.data(), weight.data(), bias.data(), n, 1e-5f, y.data());
      for (std::int64_t i = 0; i < n; ++i) {
        const double exact = (x[i] - mean) / std::sqrt(variance + 1e-5) * weight[i] + bias[i];
        CHECK(std::fabs(y[i] - exact) < 5e-5);
      }
      if (set == InstructionSet::portable) continue;
      if (first.empty()) first = y;
      CHECK(y == first);
    }
  }
}

TEST_CASE("bfloat16 rounds to nearest even, flushes subnormals and keeps NaN, on every set") {
  std::vector<float> x = random_values(37, 9);
  for (const float special :
       {0.0f, -0.0f, 1.00390625f, 1.01171875f, 3.4e38f, HUGE_VALF, -HUGE_VALF, 1e-39f, -1e-39f})
    x.push_back(special);
  CHECK(from_bfloat16(to_bfloat16(1.00390625f)) == 1.0f);       // half way: to even, down
  CHECK(from_bfloat16(to_bfloat16(1.01171875f)) == 1.015625f);  // half way: to even, up
  CHECK(std::isinf(from_bfloat16(to_bfloat16(3.4e38f))));
  CHECK(from_bfloat16(to_bfloat16(1e-39f)) == 0.0f);
  CHECK(std::isnan(from_bfloat16(to_bfloat16(NAN))));
  for (const InstructionSet set : supported_instruction_sets()) {
    std::vector<std::uint16_t> found(64);
    kernel_table(set).prepare_bf16(x.data(), static_cast<std::int64_t>(x.size()), 48,
                                   reinterpret_cast<std::byte*>(found.data()));
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(found[i] == to_bfloat16(x[i]));
  }
}

TEST_CASE("a half-precision scale comes back to half a unit in its last place") {
  CHECK(from_float16(to_float16(1.0f)) == 1.0f);
  CHECK(from_float16(to_float16(0x1p-24f)) == 0x1p-24f);  // the smallest subnormal
  CHECK(to_float16(0.0f) == 0);
  for (float value : random_values(1000, 4)) {
    value = std::fabs(value);
    const float error = std::fabs(from_float16(to_float16(value)) - value);
    CHECK(error <= std::max(value * 0x1p-11f, 0x1p-25f));
  }
}

}  // namespace cadenza

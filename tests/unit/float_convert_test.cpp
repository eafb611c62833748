#include "models/checkpoint/float_convert.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

template <typename Stored>
std::vector<float> converted(Dtype dtype, const std::vector<Stored>& values) {
  std::vector<float> out(values.size());
  convert_to_fp32(dtype, std::as_bytes(std::span(values)), out);
  return out;
}

// IEEE 754 binary16 by its definition.
double half_value(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const double sign = bits & 0x8000 ? -1 : 1;
  if (exponent == 31)
    return fraction ? std::nan("") : sign * std::numeric_limits<double>::infinity();
  return sign *
         (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25));
}

}  // namespace

TEST_CASE("every half converts exactly, at every place of a vector") {
  std::vector<std::uint16_t> halves;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) halves.push_back(bits);
  for (const std::size_t dropped : {0u, 3u}) {  // 65,536 is a multiple of eight, 65,533 is not
    const std::vector<std::uint16_t> part(halves.begin() + dropped, halves.end());
    const auto floats = converted(Dtype::f16, part);
    int num_wrong = 0;
    for (std::size_t i = 0; i < part.size(); ++i) {
      const double expected = half_value(part[i]);
      const bool is_same = std::isnan(expected) ? std::isnan(floats[i])
                                                : floats[i] == expected &&
                                                      std::signbit(floats[i]) == (part[i] >> 15);
      num_wrong += !is_same;
    }
    CHECK(num_wrong == 0);
  }
}

TEST_CASE("bfloat16 is the upper half of a float") {
  CHECK(converted<std::uint16_t>(Dtype::bf16, {0x3f80, 0xc000, 0x0001, 0x7f80}) ==
        std::vector<float>{1, -2, std::bit_cast<float>(0x00010000u), INFINITY});
}

TEST_CASE("doubles are rounded, floats copied") {
  CHECK(converted<double>(Dtype::f64, {0.1, -1e-60, 1e300}) ==
        std::vector<float>{0.1f, -0.0f, INFINITY});
  CHECK(converted<float>(Dtype::f32, {0.1f, -0.0f}) == std::vector<float>{0.1f, -0.0f});
  CHECK(converted<float>(Dtype::f32, {}).empty());
}

TEST_CASE("integers are no weights") {
  CHECK_FALSE(is_float(Dtype::i32));
  CHECK_FALSE(is_float(Dtype::f8_e4m3));
  CHECK(thrown([] { converted<std::int32_t>(Dtype::i32, {1}); })->kind() == ErrorKind::internal);
}

TEST_CASE("the first number that is not finite is found, wherever it stands") {
  std::vector<float> values(10000, 1.0f);
  values[17] = std::numeric_limits<float>::max();
  values[18] = std::numeric_limits<float>::denorm_min();
  CHECK_FALSE(first_nonfinite(values));
  CHECK_FALSE(first_nonfinite({}));
  for (const std::size_t at : {9999u, 4096u, 4095u, 0u}) {
    values[at] = at % 2 ? -INFINITY : NAN;
    CHECK(first_nonfinite(values) == at);
  }
}

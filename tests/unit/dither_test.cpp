#include "lib/audio/dither.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace cadenza;

namespace {

struct Moments {
  double mean = 0, variance = 0;
};

Moments moments(const std::vector<double>& values) {
  Moments result;
  for (const double value : values) result.mean += value / static_cast<double>(values.size());
  for (const double value : values)
    result.variance += std::pow(value - result.mean, 2) / static_cast<double>(values.size());
  return result;
}

std::vector<std::int32_t> quantized(const std::vector<float>& in, int bits, std::uint64_t seed,
                                    std::uint64_t first_index = 0) {
  std::vector<std::int32_t> out(in.size());
  quantize(in, bits, seed, first_index, out);
  return out;
}

}  // namespace

TEST_CASE("dither is triangular: mean 0, variance 1/6, within one step") {
  std::vector<double> values;
  for (std::uint64_t i = 0; i < 200000; ++i) values.push_back(tpdf_noise(7, i));
  const auto [mean, variance] = moments(values);
  CHECK(std::abs(mean) < 0.004);  // 4 standard errors: 4 * sqrt(1/6 / 200000)
  CHECK(variance == doctest::Approx(1.0 / 6).epsilon(0.01));
  CHECK(*std::max_element(values.begin(), values.end()) < 1.0);
  CHECK(*std::min_element(values.begin(), values.end()) > -1.0);
  std::size_t inner = 0;
  for (const double value : values) inner += std::abs(value) < 0.5;
  CHECK(static_cast<double>(inner) / 200000 == doctest::Approx(0.75).epsilon(0.01));
}

TEST_CASE("the rounding error has mean 0 and variance 1/4 wherever the signal lies between steps") {
  for (const double offset : {0.0, 0.1, 0.25, 0.5, 0.9}) {
    const double steps = 1000 + offset;
    const std::vector<float> in(100000, static_cast<float>(steps / 32768));
    std::vector<double> errors;
    for (const auto value : quantized(in, 16, 3))
      errors.push_back(value / 65536.0 - static_cast<double>(in[0]) * 32768);
    const auto [mean, variance] = moments(errors);
    CHECK(std::abs(mean) < 0.007);  // 4 standard errors: 4 * sqrt(0.25 / 100000)
    CHECK(variance == doctest::Approx(0.25).epsilon(0.02));
  }
}

TEST_CASE("digital silence stays digital silence") {
  for (const auto value : quantized(std::vector<float>(1000, 0.0F), 16, 9)) CHECK(value == 0);
}

TEST_CASE("beyond full scale samples are clipped, not wrapped") {
  CHECK(quantized({1.5F, -1.5F}, 16, 1) ==
        std::vector<std::int32_t>{32767 * 65536, -32768 * 65536});
  CHECK(quantized({1.5F, -1.5F}, 24, 1) ==
        std::vector<std::int32_t>{8388607 * 256, -8388608 * 256});
}

TEST_CASE("dither does not depend on how a track is cut into blocks") {
  const std::vector<float> in(100, 0.1F);
  const auto whole = quantized(in, 16, 5);
  const auto tail = quantized({in.begin() + 40, in.end()}, 16, 5, 40);
  CHECK(std::vector<std::int32_t>(whole.begin() + 40, whole.end()) == tail);
  CHECK(whole != quantized(in, 16, 6));
}

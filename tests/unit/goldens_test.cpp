#include "tests/support/goldens.h"

#include <doctest/doctest.h>

#include <array>
#include <limits>

using cadenza::testing::compare;
using cadenza::testing::Goldens;

TEST_CASE("a golden file gives shapes, floats and ints by name") {
  const Goldens goldens("mono/goldens/text.safetensors");
  CHECK(goldens.at("medium.ids").shape == std::vector<std::int64_t>{1, 11});
  CHECK(goldens.at("medium.ids").ints.size() == 11);
  CHECK(goldens.at("medium.ids").ints.back() == 1);  // </s>
  CHECK(goldens.at("medium.hidden").dtype == "F32");
  CHECK(goldens.at("medium.hidden").floats.size() == 11 * 48);
  CHECK_THROWS_WITH(goldens.at("no.such"), "mono/goldens/text.safetensors has no tensor no.such");
}

TEST_CASE("half precision is read exactly") {
  // The stereo model is stored in fp16: every value is a multiple of its own 2^-24.
  const Goldens model("stereo/model.safetensors");
  const auto& table = model.at("text_encoder.shared.weight");
  CHECK(table.dtype == "F16");
  bool is_exact = true, is_zero = true;
  for (const float value : table.floats) {
    const float scaled = value * 16777216.0f;
    is_exact = is_exact && scaled == static_cast<float>(static_cast<long long>(scaled));
    is_zero = is_zero && value == 0;
  }
  CHECK(is_exact);
  CHECK_FALSE(is_zero);
}

TEST_CASE("a comparison names the first place that differs, both values and the largest error") {
  const std::array<float, 6> expected{1, 2, 3, 4, 5, 6};
  std::array<float, 6> found = expected;
  CHECK(compare(found, expected, 0, {2, 3}).is_close());
  found[4] = 5.5f;
  found[5] = 8;
  const auto result = compare(found, expected, 1e-3, {2, 3});
  CHECK_FALSE(result.is_close());
  CHECK(result.max_abs_error == 2);
  CHECK(result.text().starts_with("first differs at (1, 1): found 5.5, expected 5; max error 2"));
  CHECK(compare(found, expected, 2, {2, 3}).is_close());
}

TEST_CASE("a NaN is close to nothing, and other sizes are different") {
  const std::array<float, 2> expected{0, 0}, found{0, std::numeric_limits<float>::quiet_NaN()};
  CHECK_FALSE(compare(found, expected, 1e9, {2}).is_close());
  CHECK_FALSE(compare(std::span(found).first(1), expected, 1e9, {2}).is_close());
}

#include "models/checkpoint/file_weights.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "tests/support/made_files.h"
#include "tests/support/thrown.h"

using namespace cadenza;
using cadenza::testing::bytes_of;
using cadenza::testing::made_file;

namespace {

template <typename Number>
StoredTensor tensor(const std::string& name, Dtype dtype, const Shape& shape,
                    const std::vector<Number>& values) {
  const std::string data = bytes_of(values);
  // A byte in front, so that nothing is aligned.
  return {made_file("model.safetensors", "x" + data), {name, dtype, shape, 1, data.size()}};
}

StoredTensor floats(const std::string& name, const Shape& shape, const std::vector<float>& values) {
  return tensor(name, Dtype::f32, shape, values);
}

std::vector<float> read(const WeightReader& weights, const std::string& name, std::size_t size,
                        bool allow_nonfinite = false) {
  std::vector<float> out(size);
  weights.read(name, out, allow_nonfinite);
  return out;
}

std::string complaint(const WeightReader& weights, const std::string& name, std::size_t size) {
  const auto error = thrown([&] { read(weights, name, size); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::bad_model);
  return error->sentence();
}

std::vector<float> counted(std::size_t size) {
  std::vector<float> values(size);
  for (std::size_t i = 0; i < size; ++i) values[i] = static_cast<float>(i);
  return values;
}

}  // namespace

TEST_CASE("a tensor longer than a chunk is read whole, in every float type") {
  const std::size_t size = 200'000;  // 800 kB as F32, chunks are 256 KiB
  std::vector<double> doubles;
  std::vector<std::uint16_t> ones(size, 0x3c00), bf_twos(size, 0x4000);
  for (std::size_t i = 0; i < size; ++i) doubles.push_back(0.5 * static_cast<double>(i));
  const Shape shape = {200'000};
  const auto weights =
      make_file_weights({{"f32", shape, floats("f32", shape, counted(size)), {}, {}},
                         {"f64", shape, tensor("f64", Dtype::f64, shape, doubles), {}, {}},
                         {"f16", shape, tensor("f16", Dtype::f16, shape, ones), {}, {}},
                         {"bf16", shape, tensor("bf16", Dtype::bf16, shape, bf_twos), {}, {}}});
  CHECK(read(*weights, "f32", size) == counted(size));
  CHECK(read(*weights, "f64", size)[199'999] == 99'999.5f);
  CHECK(read(*weights, "f16", size) == std::vector<float>(size, 1.0f));
  CHECK(read(*weights, "bf16", size) == std::vector<float>(size, 2.0f));
}

TEST_CASE("weight norm is taken over all dimensions but the first") {
  const auto weights = make_file_weights({{"w",
                                           {2, 1, 2},
                                           floats("v", {2, 1, 2}, {3, 4, 5, 12}),
                                           floats("g", {2, 1, 1}, {10, 1}),
                                           {}}});
  const auto folded = read(*weights, "w", 4);
  CHECK(folded[0] == doctest::Approx(6));
  CHECK(folded[1] == doctest::Approx(8));
  CHECK(folded[2] == doctest::Approx(5.0 / 13));
  CHECK(folded[3] == doctest::Approx(12.0 / 13));
}

TEST_CASE("a direction of length zero is refused by the name the file uses") {
  const auto weights = make_file_weights(
      {{"w", {2, 1}, floats("conv.weight_v", {2, 1}, {1, 0}), floats("g", {2, 1}, {1, 1}), {}}});
  CHECK(complaint(*weights, "w", 2).find("tensor \"conv.weight_v\": its direction 1 has length") !=
        std::string::npos);
}

TEST_CASE("NaN and Inf are refused with their index, unless allowed") {
  auto values = counted(100'000);
  values[99'998] = NAN;
  const auto weights = make_file_weights(
      {{"a", {100'000}, floats("a", {100'000}, values), {}, {}},
       {"b", {2}, tensor<std::uint16_t>("b", Dtype::f16, {2}, {0, 0xfc00}), {}, {}}});
  CHECK(complaint(*weights, "a", 100'000) ==
        "model.safetensors: tensor \"a\": holds NaN at index 99998");
  CHECK(complaint(*weights, "b", 2) == "model.safetensors: tensor \"b\": holds Inf at index 1");
  CHECK(std::isnan(read(*weights, "a", 100'000, true)[99'998]));
}

TEST_CASE("a double too large for fp32 is not finite") {
  const auto weights =
      make_file_weights({{"a", {1}, tensor<double>("a", Dtype::f64, {1}, {1e300}), {}, {}}});
  CHECK(complaint(*weights, "a", 1).find("Inf at index 0") != std::string::npos);
}

TEST_CASE("two copies of a tensor must be equal") {
  const auto weights =
      make_file_weights({{"same", {2}, floats("a", {2}, {1, 2}), {}, floats("b", {2}, {1, 2})},
                         {"other", {2}, floats("a", {2}, {1, 2}), {}, floats("b", {2}, {1, 3})}});
  CHECK(read(*weights, "same", 2) == std::vector<float>{1, 2});
  CHECK(complaint(*weights, "other", 2).find("differs from its copy") != std::string::npos);
}

TEST_CASE("weights nobody has read are checked on request") {
  const auto weights = make_file_weights({{"a", {1}, floats("a", {1}, {1}), {}, {}},
                                          {"b", {1}, floats("b", {1}, {INFINITY}), {}, {}}});
  CHECK(weights->names() == std::vector<std::string>{"a", "b"});
  read(*weights, "a", 1);
  read(*weights, "b", 1, true);  // without a check: it does not count
  CHECK(thrown([&] { weights->expect_unread_finite(); })->sentence().find("\"b\"") !=
        std::string::npos);
}

TEST_CASE("a name the configuration does not ask for, and a wrong size, are our own mistakes") {
  const auto weights = make_file_weights({{"a", {2}, floats("a", {2}, {1, 2}), {}, {}}});
  CHECK(thrown([&] { weights->shape("b"); })->kind() == ErrorKind::internal);
  CHECK(thrown([&] { read(*weights, "a", 3); })->kind() == ErrorKind::internal);
}

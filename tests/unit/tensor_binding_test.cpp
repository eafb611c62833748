#include "models/checkpoint/tensor_binding.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/made_files.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

const std::vector<ExpectedTensor> kExpected = {
    {"text_encoder.shared.weight", {4, 2}, false},
    {"a.weight", {2, 3}, false},
    {"c.conv.weight", {5, 2, 7}, true},
};

StoredTensors stored(const std::vector<std::pair<std::string, Shape>>& tensors,
                     Dtype dtype = Dtype::f32) {
  StoredTensors result;
  result.name = "model.safetensors";
  const auto source = cadenza::testing::made_file("model.safetensors", "");
  for (const auto& [name, shape] : tensors)
    result.tensors[name] = {source, {name, dtype, shape, 0, 0}};
  return result;
}

const std::vector<std::pair<std::string, Shape>> kGood = {
    {"text_encoder.shared.weight", {4, 2}}, {"a.weight", {2, 3}}, {"c.conv.weight", {5, 2, 7}}};

// kGood with some names taken away and others added.
StoredTensors changed(const std::vector<std::string>& without,
                      const std::vector<std::pair<std::string, Shape>>& with) {
  StoredTensors result = stored(kGood);
  for (const std::string& name : without) result.tensors.erase(name);
  for (const auto& [name, tensor] : stored(with).tensors) result.tensors[name] = tensor;
  return result;
}

Error complaint(const StoredTensors& tensors) {
  const auto error = thrown([&] { bind_tensors(kExpected, tensors); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::bad_model);
  return *error;
}

}  // namespace

TEST_CASE("tensors are bound in the order of the configuration") {
  const auto bound = bind_tensors(kExpected, stored(kGood));
  REQUIRE(bound.size() == 3);
  CHECK(bound[1].name == "a.weight");
  CHECK(bound[1].values.entry.name == "a.weight");
  CHECK_FALSE(bound[2].length);
}

TEST_CASE("a convolution may be stored as length and direction, by either naming") {
  for (const auto& [g, v] : {std::pair("c.conv.weight_g", "c.conv.weight_v"),
                             std::pair("c.conv.parametrizations.weight.original0",
                                       "c.conv.parametrizations.weight.original1")}) {
    const auto bound =
        bind_tensors(kExpected, changed({"c.conv.weight"}, {{g, {5, 1, 1}}, {v, {5, 2, 7}}}));
    CHECK(bound[2].values.entry.name == v);
    CHECK(bound[2].length->entry.name == g);
  }
}

TEST_CASE("the text table may have either name, or both") {
  const std::string copy = "text_encoder.encoder.embed_tokens.weight";
  auto bound = bind_tensors(kExpected, changed({"text_encoder.shared.weight"}, {{copy, {4, 2}}}));
  CHECK(bound[0].values.entry.name == copy);
  CHECK_FALSE(bound[0].twin);
  bound = bind_tensors(kExpected, changed({}, {{copy, {4, 2}}}));
  CHECK(bound[0].twin->entry.name == copy);
}

TEST_CASE("missing, extra, mis-shaped and non-float tensors are all reported at once") {
  StoredTensors tensors = changed({"a.weight"}, {{"c.conv.weight", {5, 7, 2}}, {"x", {1}}});
  tensors.tensors["text_encoder.shared.weight"].entry.dtype = Dtype::i32;
  const Error error = complaint(tensors);
  CHECK(error.sentence() ==
        "model.safetensors: 4 tensors do not fit config.json, the first: "
        "\"text_encoder.shared.weight\": expected F32, F16, BF16 or F64, found I32");
  REQUIRE(error.details().size() == 4);
  CHECK(error.details()[1] == "\"a.weight\": is missing, expected shape (2, 3)");
  CHECK(error.details()[2] == "\"c.conv.weight\": expected shape (5, 2, 7), found (5, 7, 2)");
  CHECK(error.details()[3] == "\"x\": is not expected, has shape (1)");
}

TEST_CASE("half of a weight norm is reported as the missing half only") {
  const Error error = complaint(changed({"c.conv.weight"}, {{"c.conv.weight_g", {5, 1, 1}}}));
  CHECK(error.details() ==
        std::vector<std::string>{"\"c.conv.weight_v\": is missing, expected shape (5, 2, 7)"});
}

TEST_CASE("a second spelling beside the first is extra") {
  const Error error = complaint(changed({}, {{"c.conv.weight_v", {5, 2, 7}}}));
  CHECK(error.sentence().find("\"c.conv.weight_v\": is not expected") != std::string::npos);
}

TEST_CASE("many faults are counted, fifty are listed") {
  std::vector<std::pair<std::string, Shape>> extras;
  for (int i = 0; i < 60; ++i) extras.push_back({"extra" + std::to_string(i), {1}});
  const Error error = complaint(changed({}, extras));
  CHECK(error.sentence().find("60 tensors") != std::string::npos);
  CHECK(error.details().size() == 51);
  CHECK(error.details().back() == "and 10 more");
}

TEST_CASE("unused tensors are passed over, whatever their shape") {
  CHECK(bind_tensors(kExpected,
                     changed({}, {{"decoder.model.decoder.embed_positions.weights", {9, 9}}}))
            .size() == 3);
}

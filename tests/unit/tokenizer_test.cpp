#include "models/t5/tokenizer.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "models/checkpoint/spiece_model.h"
#include "models/checkpoint/tokenizer_json.h"
#include "tests/support/goldens.h"

using namespace cadenza;
using nlohmann::json;

namespace {

std::string text_of(const std::string& file) {
  std::ifstream stream(cadenza::testing::data_path(file), std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Tokenizer tokenizer_of(SpieceModel model) {
  add_special_tokens(model, 100);
  return Tokenizer(serialize(model));
}

Tokenizer mono_tokenizer() {
  return tokenizer_of(parse_spiece_model(text_of("mono/spiece.model"), "spiece.model"));
}

// ids by transformers 5.17, see tests/data/README.md.
void check_cases(const Tokenizer& tokenizer, const std::string& file, std::size_t expected_count) {
  const json cases = json::parse(text_of(file)).at("cases");
  REQUIRE(cases.size() == expected_count);
  for (const json& row : cases) {
    CAPTURE(row.at("text").dump());
    CHECK(tokenizer.encode(row.at("text").get<std::string>()) ==
          row.at("ids").get<std::vector<std::int32_t>>());
  }
}

}  // namespace

TEST_CASE("ids are transformers' own, with spiece.model") {
  check_cases(mono_tokenizer(), "tokenizer/cases.json", 154);
}

TEST_CASE("ids are transformers' own where its normalizer is not SentencePiece's") {
  check_cases(mono_tokenizer(), "tokenizer/marks.json", 400);
}

TEST_CASE("ids are the same with tokenizer.json") {
  check_cases(tokenizer_of(parse_tokenizer_json(text_of("mono/tokenizer.json"))),
              "tokenizer/cases.json", 154);
}

TEST_CASE("ids are the same with the tokenizer.json that transformers 4.46 writes") {
  const json mono = json::parse(text_of("mono/tokenizer.json"));
  json other = json::parse(text_of("tokenizer/tokenizer_shape_4.46.3.json"));
  other["model"]["vocab"] = mono.at("model").at("vocab");
  other["normalizer"]["normalizers"][0]["precompiled_charsmap"] =
      mono.at("normalizer").at("precompiled_charsmap");
  check_cases(tokenizer_of(parse_tokenizer_json(other.dump())), "tokenizer/cases.json", 154);
}

TEST_CASE("nothing but spaces is the end token alone") {
  CHECK(mono_tokenizer().encode("") == std::vector<std::int32_t>{1});
  CHECK(mono_tokenizer().encode(" \t\n") == std::vector<std::int32_t>{1});
}

TEST_CASE("the end token is appended even when it was typed") {
  CHECK(mono_tokenizer().encode("</s>") == std::vector<std::int32_t>{1, 1});
}

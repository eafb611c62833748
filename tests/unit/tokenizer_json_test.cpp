#include "models/checkpoint/tokenizer_json.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/made_charsmap.h"
#include "tests/support/thrown.h"

using namespace cadenza;
using nlohmann::json;

namespace {

json small_tokenizer() {
  return json::parse(R"({
    "added_tokens": [{"id": 0, "content": "<pad>"}, {"id": 1, "content": "</s>"}],
    "normalizer": {"type": "Precompiled", "precompiled_charsmap": ""},
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"},
      {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}]},
    "model": {"type": "Unigram", "unk_id": 2, "byte_fallback": false,
      "vocab": [["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], ["▁a", -1.5]]}})");
}

// The small tokenizer with one member changed.
std::string complaint(const std::string& pointer, const json& value) {
  json tokenizer = small_tokenizer();
  tokenizer[json::json_pointer(pointer)] = value;
  const auto error = thrown([&] { parse_tokenizer_json(tokenizer.dump()); });
  if (!error) return "accepted";
  CHECK(error->kind() == ErrorKind::bad_model);
  CHECK(error->sentence().starts_with("tokenizer.json: "));
  return error->sentence();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("vocabulary, unknown piece and special tokens are taken over") {
  const SpieceModel model = parse_tokenizer_json(small_tokenizer().dump());
  REQUIRE(model.pieces.size() == 4);
  CHECK(model.pieces[0].type == PieceType::control);
  CHECK(model.pieces[2].type == PieceType::unknown);
  CHECK(model.pieces[3].text == "\u2581a");
  CHECK(model.pieces[3].score == -1.5f);
}

TEST_CASE("the other shape is read too: Strip and Replace only tidy spaces") {
  json tokenizer = small_tokenizer();
  tokenizer["normalizer"] = json::parse(
      R"({"type":"Sequence","normalizers":[{"type":"Precompiled","precompiled_charsmap":""},
          {"type":"Strip","strip_left":false,"strip_right":true},
          {"type":"Replace","pattern":{"Regex":" {2,}"},"content":"▁"}]})");
  tokenizer["pre_tokenizer"] =
      json::parse(R"({"type":"Metaspace","replacement":"▁","add_prefix_space":true})");
  CHECK(parse_tokenizer_json(tokenizer.dump()).pieces.size() == 4);
}

TEST_CASE("the charsmap is decoded from base64") {
  // 56 73 00: "Vs" and NUL, with the padding cases of RFC 4648.
  CHECK(has(complaint("/normalizer/precompiled_charsmap", "VnMA"), "ends early"));
  CHECK(has(complaint("/normalizer/precompiled_charsmap", "***"), "charsmap: is not base64"));
  CHECK(has(complaint("/normalizer/precompiled_charsmap", "VnM"), "charsmap: is not base64"));
  const std::string trie = cadenza::testing::made_charsmap(std::vector<std::uint32_t>(256), "a");
  CHECK(trie.size() == 4 + 1024 + 1);
  CHECK(has(complaint("/normalizer/precompiled_charsmap", "AQAAAA=="), "charsmap: its trie is 1 "));
}

TEST_CASE("other models, normalizers and pre-tokenizers are refused by name") {
  CHECK(has(complaint("/model/type", "BPE"), "BPE"));
  CHECK(has(complaint("/model/type", nullptr), "model.type"));
  CHECK(has(complaint("/model/byte_fallback", true), "byte_fallback"));
  CHECK(has(complaint("/normalizer/type", "Evil"), "normalizer: type \"Evil\""));
  CHECK(has(complaint("/pre_tokenizer/type", "Evil"), "pre_tokenizer: type \"Evil\""));
  CHECK(has(complaint("/pre_tokenizer/pretokenizers/1/prepend_scheme", "never"), "pre_tokenizer"));
  CHECK(complaint("/normalizer", nullptr) == "accepted");
  CHECK(complaint("/post_processor", {{"type", "Template"}}) == "accepted");
}

TEST_CASE("a damaged vocabulary is refused") {
  CHECK(has(complaint("/model/vocab", json::array()), "model.vocab"));
  CHECK(has(complaint("/model/vocab", {{"a", 1}}), "model.vocab"));
  CHECK(has(complaint("/model/vocab/3", {"a"}), "piece 3"));
  CHECK(has(complaint("/model/vocab/3", {7, -1.0}), "piece 3"));
  CHECK(has(complaint("/model/vocab/3", {"a", "high"}), "piece 3"));
  CHECK(has(complaint("/model/vocab/3", {"a", 1e39}), "piece 3"));
  CHECK(has(complaint("/model/vocab/3", {"</s>", -1.0}), "stands twice"));
  for (const json& id : {json(-1), json(4), json(1000000000), json("2"), json(nullptr), json(2.0)})
    CHECK(has(complaint("/model/unk_id", id), "unk_id"));
}

TEST_CASE("added tokens are pieces, or follow the last one") {
  CHECK(has(complaint("/added_tokens/0/id", 1), "added_tokens"));
  CHECK(has(complaint("/added_tokens/0/id", -1), "added_tokens"));
  CHECK(has(complaint("/added_tokens/0/id", 1000000000), "added_tokens"));
  CHECK(has(complaint("/added_tokens", {{"a", 1}}), "added_tokens"));
  CHECK(has(complaint("/added_tokens/0/content", nullptr), "added_tokens"));
  json tokenizer = small_tokenizer();
  tokenizer["added_tokens"].push_back({{"id", 4}, {"content", "<extra_id_0>"}});
  const SpieceModel model = parse_tokenizer_json(tokenizer.dump());
  REQUIRE(model.pieces.size() == 5);
  CHECK(model.pieces[4].type == PieceType::control);
}

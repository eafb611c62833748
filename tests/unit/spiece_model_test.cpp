#include "models/checkpoint/spiece_model.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <string>

#include "models/checkpoint/protobuf.h"
#include "tests/support/goldens.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

SpieceModel small_model() {
  return {{{"<pad>", 0, PieceType::control},
           {"</s>", 0, PieceType::control},
           {"<unk>", 0, PieceType::unknown},
           {"\u2581a", -1, PieceType::normal}},
          ""};
}

std::string complaint(const std::string& bytes) {
  const auto error = thrown([&] { parse_spiece_model(bytes, "spiece.model"); });
  if (!error) return "accepted";
  CHECK(error->kind() == ErrorKind::bad_model);
  CHECK(error->sentence().starts_with("spiece.model: "));
  return error->sentence();
}

// The small model with one more piece.
std::string complaint(const Piece& piece) {
  SpieceModel model = small_model();
  model.pieces.push_back(piece);
  return complaint(serialize(model));
}

}  // namespace

TEST_CASE("a trained model is read: pieces, scores, kinds, charsmap") {
  std::ifstream stream(cadenza::testing::data_path("mono/spiece.model"), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  const SpieceModel model = parse_spiece_model(bytes, "spiece.model");
  REQUIRE(model.pieces.size() == 1000);
  CHECK(model.pieces[1].text == "</s>");
  CHECK(model.pieces[1].type == PieceType::control);
  CHECK(model.pieces[2].type == PieceType::unknown);
  CHECK(model.pieces[3].text == ",");  // and its score in mono/tokenizer.json:
  CHECK(model.pieces[3].score == doctest::Approx(-2.9070143699645996));
  CHECK(model.charsmap.size() > 200000);
}

TEST_CASE("what is written is read back") {
  const SpieceModel model = parse_spiece_model(serialize(small_model()), "x");
  CHECK(model.pieces.size() == 4);
  CHECK(model.pieces[3].text == "\u2581a");
  CHECK(model.pieces[3].score == -1);
  CHECK(model.charsmap.empty());
}

TEST_CASE("bad pieces are refused by their id") {
  CHECK(complaint(Piece{"", -1}) == "spiece.model: piece 4: is empty");
  CHECK(complaint(Piece{std::string("a\0b", 3), -1}) == "spiece.model: piece 4: holds a NUL");
  CHECK(complaint(Piece{"\xff", -1}) == "spiece.model: piece 4: is not UTF-8");
  CHECK(complaint(Piece{std::string(1025, 'z'), -1}).find("at most 1024") != std::string::npos);
  CHECK(complaint(Piece{"</s>", -1}).find("stands twice") != std::string::npos);
  CHECK(complaint(Piece{"b", NAN}).find("finite") != std::string::npos);
  CHECK(complaint(Piece{"b", -INFINITY}).find("finite") != std::string::npos);
  CHECK(complaint(Piece{"b", -1, PieceType::unknown}).find("one unknown piece, found 2") !=
        std::string::npos);
  CHECK(complaint(Piece{"b", -1, PieceType(99)}).find("type 99") != std::string::npos);
}

TEST_CASE("a model without pieces or without its end token is refused") {
  CHECK(complaint(std::string()).find("no pieces") != std::string::npos);
  SpieceModel model = small_model();
  model.pieces[1].text = "<end>";
  CHECK(complaint(serialize(model)).find("no </s>") != std::string::npos);
}

TEST_CASE("only unigram models without byte fallback are read") {
  std::string bpe = serialize(small_model()), spec;
  append_varint_field(spec, 3, 2);
  append_bytes_field(bpe, 2, spec);
  CHECK(complaint(bpe).find("only unigram") != std::string::npos);
  std::string bytes = serialize(small_model()), fallback;
  append_varint_field(fallback, 35, 1);
  append_bytes_field(bytes, 2, fallback);
  CHECK(complaint(bytes).find("byte fallback") != std::string::npos);
}

TEST_CASE("a damaged charsmap is refused with the model") {
  SpieceModel model = small_model();
  model.charsmap = std::string(8, '\xff');
  CHECK(complaint(serialize(model)).find("charsmap") != std::string::npos);
}

TEST_CASE("fields of other kinds are skipped, misplaced ones refused") {
  std::string bytes = serialize(small_model());
  append_varint_field(bytes, 200, 7);
  CHECK(complaint(bytes) == "accepted");
  append_varint_field(bytes, 1, 7);  // a piece is a message, not a number
  CHECK(complaint(bytes).find("wrong type") != std::string::npos);
}

TEST_CASE("sentinels follow the last piece, <extra_id_0> highest") {
  SpieceModel model = small_model();
  add_special_tokens(model, 3);
  REQUIRE(model.pieces.size() == 7);
  CHECK(model.pieces[4].text == "<extra_id_2>");
  CHECK(model.pieces[6].text == "<extra_id_0>");
  CHECK(model.pieces[6].type == PieceType::control);
}

TEST_CASE("sentinels that are there already are marked, not added") {
  SpieceModel model = small_model();
  model.pieces.push_back({"<extra_id_1>", 0, PieceType::normal});
  model.pieces.push_back({"<extra_id_0>", 0, PieceType::normal});
  add_special_tokens(model, 2);
  CHECK(model.pieces.size() == 6);
  CHECK(model.pieces[4].type == PieceType::control);
}

#include "models/checkpoint/spiece_model.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "lib/error.h"
#include "lib/text/quote.h"
#include "lib/text/utf8.h"
#include "models/checkpoint/charsmap.h"
#include "models/checkpoint/foreign_format.h"
#include "models/checkpoint/protobuf.h"

namespace cadenza {

namespace {

constexpr std::size_t kMaxBytes = 16 << 20;
constexpr std::size_t kMaxPieces = 65'536;
constexpr std::size_t kMaxPieceBytes = 1 << 10;

// Field numbers of ModelProto and the messages in it.
constexpr std::uint64_t kPieces = 1, kTrainerSpec = 2, kNormalizerSpec = 3;
constexpr std::uint64_t kPieceText = 1, kPieceScore = 2, kPieceType = 3;
constexpr std::uint64_t kModelType = 3, kByteFallback = 35;
constexpr std::uint64_t kCharsmap = 2, kAddDummyPrefix = 3, kRemoveExtraSpaces = 4;
constexpr std::uint64_t kUnigram = 1;
constexpr int kVarint = 0, kDelimited = 2, kFourBytes = 5;

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  fail(ErrorKind::bad_model, name + ": " + what);
}

void expect_type(const ProtobufField& field, int wire_type, const std::string& name) {
  if (field.wire_type != wire_type)
    refuse(name, fmt::format("field {} has the wrong type", field.number));
}

PieceType piece_type(std::uint64_t value, const std::string& name) {
  switch (value) {
    case 1:
    case 5:  // unused: transformers takes it like any other
      return PieceType::normal;
    case 2:
      return PieceType::unknown;
    case 3:
      return PieceType::control;
    default:
      refuse(name, fmt::format("a piece has type {}, which T5 does not have", value));
  }
}

Piece parse_piece(std::string_view bytes, const std::string& name) {
  Piece piece;
  ProtobufReader reader(bytes, name);
  while (const auto field = reader.next()) {
    if (field->number == kPieceText) {
      expect_type(*field, kDelimited, name);
      piece.text = field->bytes;
    } else if (field->number == kPieceScore) {
      expect_type(*field, kFourBytes, name);
      piece.score = std::bit_cast<float>(static_cast<std::uint32_t>(field->integer));
    } else if (field->number == kPieceType) {
      expect_type(*field, kVarint, name);
      piece.type = piece_type(field->integer, name);
    }
  }
  return piece;
}

void expect_unigram(std::string_view trainer_spec, const std::string& name) {
  ProtobufReader reader(trainer_spec, name);
  while (const auto field = reader.next()) {
    if (field->number == kModelType && (field->wire_type != kVarint || field->integer != kUnigram))
      refuse(name, fmt::format("model type {}: only unigram (1) is supported", field->integer));
    if (field->number == kByteFallback && field->integer != 0)
      refuse(name, "byte fallback is not supported: T5 has none");
  }
}

std::string parse_charsmap(std::string_view normalizer_spec, const std::string& name) {
  std::string charsmap;
  ProtobufReader reader(normalizer_spec, name);
  while (const auto field = reader.next()) {
    if (field->number != kCharsmap) continue;
    expect_type(*field, kDelimited, name);
    charsmap = field->bytes;
  }
  return charsmap;
}

void expect_valid_piece(const Piece& piece, std::size_t id, const std::string& name) {
  const auto wrong = [&](const std::string& what) {
    refuse(name, fmt::format("piece {}: {}", id, what));
  };
  if (piece.text.empty()) wrong("is empty");
  if (piece.text.size() > kMaxPieceBytes)
    wrong(fmt::format("is {} bytes, at most {} are allowed", piece.text.size(), kMaxPieceBytes));
  if (piece.text.find('\0') != std::string::npos) wrong("holds a NUL");
  if (find_invalid_utf8(piece.text)) wrong("is not UTF-8");
  if (!std::isfinite(piece.score)) wrong("its score is not a finite number");
}

}  // namespace

SpieceModel parse_spiece_model(std::string_view bytes, const std::string& name) {
  if (const auto format = foreign_format(bytes); !format.empty())
    fail(ErrorKind::bad_model, fmt::format("{}: is {}", name, format),
         std::string(foreign_format_hint(format)));
  if (bytes.size() > kMaxBytes)
    refuse(name, fmt::format("is {} bytes, at most {} are allowed", bytes.size(), kMaxBytes));
  SpieceModel model;
  ProtobufReader reader(bytes, name);
  while (const auto field = reader.next()) {
    if (field->number > kNormalizerSpec) continue;
    expect_type(*field, kDelimited, name);
    if (field->number == kPieces) model.pieces.push_back(parse_piece(field->bytes, name));
    if (field->number == kTrainerSpec) expect_unigram(field->bytes, name);
    if (field->number == kNormalizerSpec) model.charsmap = parse_charsmap(field->bytes, name);
    if (model.pieces.size() > kMaxPieces) break;
  }
  expect_valid(model, name);
  return model;
}

void expect_valid(const SpieceModel& model, const std::string& name) {
  if (model.pieces.empty()) refuse(name, "vocabulary: holds no pieces");
  if (model.pieces.size() > kMaxPieces)
    refuse(name, fmt::format("vocabulary: holds more than {} pieces", kMaxPieces));
  std::unordered_set<std::string_view> texts;
  std::size_t num_unknown = 0;
  for (std::size_t id = 0; id < model.pieces.size(); ++id) {
    const Piece& piece = model.pieces[id];
    expect_valid_piece(piece, id, name);
    if (!texts.insert(piece.text).second)
      refuse(name, fmt::format("piece {}: {} stands twice", id, quoted(piece.text)));
    num_unknown += piece.type == PieceType::unknown;
  }
  if (num_unknown != 1)
    refuse(name, fmt::format("vocabulary: expected one unknown piece, found {}", num_unknown));
  if (!texts.contains(kEndPiece)) refuse(name, fmt::format("vocabulary: holds no {}", kEndPiece));
  Charsmap(model.charsmap, name);
}

void add_special_tokens(SpieceModel& model, std::int64_t num_sentinels) {
  std::unordered_map<std::string, std::size_t> ids;
  for (std::size_t id = 0; id < model.pieces.size(); ++id) ids[model.pieces[id].text] = id;
  const auto mark = [&](const std::string& text) {
    const auto found = ids.find(text);
    if (found == ids.end()) return false;
    Piece& piece = model.pieces[found->second];
    if (piece.type == PieceType::normal) piece.type = PieceType::control;
    return true;
  };
  mark("<pad>");
  mark(kEndPiece);
  for (std::int64_t i = num_sentinels - 1; i >= 0; --i) {
    const std::string sentinel = fmt::format("<extra_id_{}>", i);
    if (!mark(sentinel)) model.pieces.push_back({sentinel, 0, PieceType::control});
  }
}

std::string serialize(const SpieceModel& model) {
  std::string message;
  for (const Piece& piece : model.pieces) {
    std::string inner;
    append_bytes_field(inner, kPieceText, piece.text);
    append_float_field(inner, kPieceScore, piece.score);
    append_varint_field(inner, kPieceType, static_cast<std::uint64_t>(piece.type));
    append_bytes_field(message, kPieces, inner);
  }
  std::string trainer_spec, normalizer_spec;
  append_varint_field(trainer_spec, kModelType, kUnigram);
  append_bytes_field(message, kTrainerSpec, trainer_spec);
  append_bytes_field(normalizer_spec, kCharsmap, model.charsmap);
  append_varint_field(normalizer_spec, kAddDummyPrefix, 1);
  append_varint_field(normalizer_spec, kRemoveExtraSpaces, 1);
  append_bytes_field(message, kNormalizerSpec, normalizer_spec);
  return message;
}

}  // namespace cadenza

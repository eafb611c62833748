// A SentencePiece unigram model (spiece.model), read by our own bounded reader: no library sees
// bytes that were not checked here. Only what T5's tokenizer uses is kept: pieces, scores, the
// charsmap.
//
// Wire format: ModelProto of sentencepiece_model.proto.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cadenza {

enum class PieceType { normal = 1, unknown = 2, control = 3 };

struct Piece {
  std::string text;  // UTF-8, not empty, no NUL; "▁" stands for the space before a word
  float score = 0;   // log probability; finite
  PieceType type = PieceType::normal;
};

struct SpieceModel {
  std::vector<Piece> pieces;  // in the order of their ids
  std::string charsmap;       // see charsmap.h; empty: text is taken as it is
};

inline constexpr const char* kEndPiece = "</s>";

// Throws Error(bad_model) with `name` in front, also what expect_valid refuses.
SpieceModel parse_spiece_model(std::string_view bytes, const std::string& name);

// Throws Error(bad_model): no pieces, too many, a text that is empty, twice there, too long or not
// UTF-8, a score that is not finite, not exactly one unknown piece, no "</s>", a damaged charsmap.
void expect_valid(const SpieceModel& model, const std::string& name);

// T5's special tokens: marks <pad>, </s> and <extra_id_0> .. <extra_id_(num_sentinels - 1)> as
// control pieces. Sentinels that are not there (SentencePiece files leave them out) are appended in
// falling order, so that <extra_id_0> has the highest id.
void add_special_tokens(SpieceModel& model, std::int64_t num_sentinels);

std::string serialize(const SpieceModel& model);

}  // namespace cadenza

#include "models/t5/tokenizer.h"

#include <sentencepiece_processor.h>

#include <optional>
#include <utility>

#include "lib/error.h"
#include "models/checkpoint/charsmap.h"
#include "models/checkpoint/spiece_model.h"
#include "models/t5/text_normalizer.h"

namespace cadenza {

namespace {

constexpr const char* kModelName = "the tokenizer's model";

struct SpecialToken {
  std::string text;
  std::int32_t id;
};

// A vocabulary for SentencePiece's search over one normalized word. In tokenizers every piece takes
// part in the search, special ones too (full-width ＜/s＞ normalizes to one), so here all are
// normal. SentencePiece wants one unknown piece and never finds it in text, so "<unk>" is there
// twice: as a text that does not occur, and as a normal piece after the others.
SpieceModel searchable(SpieceModel model) {
  std::string unknown_text;
  for (Piece& piece : model.pieces) {
    if (piece.type == PieceType::unknown)
      unknown_text = std::exchange(piece.text, std::string("\x01unknown"));
    else
      piece.type = PieceType::normal;
  }
  model.pieces.push_back({unknown_text, 0, PieceType::normal});
  model.charsmap.clear();
  return model;
}

}  // namespace

struct Tokenizer::Impl {
  explicit Impl(const SpieceModel& model) : charsmap(model.charsmap, kModelName) {
    for (std::size_t i = 0; i < model.pieces.size(); ++i) {
      const Piece& piece = model.pieces[i];
      const auto id = static_cast<std::int32_t>(i);
      if (piece.type != PieceType::normal) special_tokens.push_back({piece.text, id});
      if (piece.type == PieceType::unknown) unknown_id = id;
      if (piece.text == kEndPiece) end_id = id;
    }
    second_unknown_id = static_cast<std::int32_t>(model.pieces.size());
    const auto status = processor.LoadFromSerializedProto(serialize(searchable(model)));
    if (!status.ok())
      fail(ErrorKind::bad_model, std::string(kModelName) + ": " + status.ToString());
  }

  // The longest special token at the beginning of the text.
  const SpecialToken* special_token_at(std::string_view text) const {
    const SpecialToken* best = nullptr;
    for (const SpecialToken& token : special_tokens)
      if (text.starts_with(token.text) &&
          (best == nullptr || token.text.size() > best->text.size()))
        best = &token;
    return best;
  }

  void append_word(std::string_view word, std::vector<std::int32_t>& ids) const {
    const std::size_t start = ids.size();
    std::vector<int> found;
    const auto status = processor.Encode(std::string(word), &found);
    if (!status.ok()) fail(ErrorKind::internal, "tokenizer: " + status.ToString());
    for (std::int32_t id : found) {
      if (id == second_unknown_id) id = unknown_id;
      const bool is_fused = id == unknown_id && ids.size() > start && ids.back() == unknown_id;
      if (!is_fused) ids.push_back(id);
    }
  }

  void append_text(std::string_view text, std::vector<std::int32_t>& ids) const {
    const std::string plain = normalized(text, charsmap);
    for (const std::string_view word : split_words(plain)) append_word(word, ids);
  }

  Charsmap charsmap;
  std::vector<SpecialToken> special_tokens;
  std::int32_t unknown_id = 0, second_unknown_id = 0, end_id = 0;
  sentencepiece::SentencePieceProcessor processor;
};

Tokenizer::Tokenizer(std::string_view model)
    : impl_(std::make_unique<Impl>(parse_spiece_model(model, kModelName))) {}

Tokenizer::~Tokenizer() = default;

std::vector<std::int32_t> Tokenizer::encode(std::string_view text) const {
  std::vector<std::int32_t> ids;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size();) {
    const SpecialToken* token = impl_->special_token_at(text.substr(at));
    if (token == nullptr) {
      ++at;
      continue;
    }
    impl_->append_text(text.substr(start, at - start), ids);
    ids.push_back(token->id);
    start = at += token->text.size();
  }
  impl_->append_text(text.substr(start), ids);
  ids.push_back(impl_->end_id);
  return ids;
}

}  // namespace cadenza

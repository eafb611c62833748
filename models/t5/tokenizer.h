// Text to token ids exactly as transformers' T5 tokenizer does it. Torch-free.
//
//   text ─► typed special tokens cut out (</s>, <pad>, <unk>, <extra_id_N>: one id each)
//        ─► the rest normalized ─► split at white space ─► each word: "▁" before it, the best path
//           through the vocabulary (SentencePiece), neighbouring unknown characters fused
//        ─► </s> appended once
//
// Plain SentencePiece gives other ids for special tokens, U+0085 and stacked marks. docs/PARITY.md
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cadenza {

class Tokenizer {
 public:
  // model: a serialised SentencePiece model, sentinels included; its control and unknown pieces are
  // the special tokens. See Checkpoint::sentencepiece_model(). Throws Error(bad_model).
  explicit Tokenizer(std::string_view model);
  ~Tokenizer();

  // text: valid UTF-8. Returns ids (L) with </s> last; never truncated; at least one id.
  std::vector<std::int32_t> encode(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cadenza

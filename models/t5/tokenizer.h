// Text to token ids exactly as transformers' T5 tokenizer does it. Torch-free.
//
// SentencePiece's unigram model, plus what plain SentencePiece lacks: </s> appended once, and typed
// special tokens (</s>, <pad>, <unk>, <extra_id_N>) parsed as ids. See docs/PARITY.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cadenza {

class Tokenizer {
 public:
  // model: a serialised SentencePiece model that was checked before (checkpoint/spiece_model.h).
  explicit Tokenizer(std::string_view model);
  ~Tokenizer();

  // text: valid UTF-8. Returns ids (L) with </s> last; never truncated; at least one id.
  std::vector<std::int32_t> encode(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cadenza

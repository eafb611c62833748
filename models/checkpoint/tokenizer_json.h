// tokenizer.json of Hugging Face's tokenizers, for models that ship no spiece.model: the same
// unigram vocabulary and charsmap in other clothes. Two shapes exist; transformers reads both
// alike:
//
//   normalizer Precompiled                       pre_tokenizer [WhitespaceSplit, Metaspace]
//   normalizer [Precompiled, Strip, Replace]     pre_tokenizer Metaspace
#pragma once

#include <string_view>

#include "models/checkpoint/spiece_model.h"

namespace cadenza {

inline constexpr const char* kTokenizerJsonFile = "tokenizer.json";

// Throws Error(bad_model) naming the member that is wrong. Nothing in the file is ever run: kinds
// of normalizers and pre-tokenizers that T5 does not have are refused.
SpieceModel parse_tokenizer_json(std::string_view text);

}  // namespace cadenza

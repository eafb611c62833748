// Text as T5's vocabulary knows it, word by word: the charsmap applied, white space taken out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/checkpoint/charsmap.h"

namespace cadenza {

// text: valid UTF-8. Follows the Precompiled normalizer of Hugging Face's tokenizers, which differs
// from SentencePiece's own: it looks up one grapheme at a time and the *shortest* key it begins
// with, and what follows the key inside a grapheme of up to five bytes is dropped ("Á" in full
// width loses its accent). Silently load-bearing: these are the ids that MusicGen was trained with.
std::string normalized(std::string_view text, const Charsmap& charsmap);

// The words between white space (Unicode's White_Space, U+0085 included); never empty ones.
std::vector<std::string_view> split_words(std::string_view text);

}  // namespace cadenza

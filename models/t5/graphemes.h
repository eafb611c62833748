// Where what a reader takes for one character ends: a letter and the marks on it.
//
// Follows the extended grapheme clusters of Unicode annex 29, but joins neither Hangul syllables
// nor emoji sequences, flags or Indic conjuncts. The text normalizer, its one user, tells clusters
// below six bytes from longer ones; those sequences are never shorter, and what it does to a longer
// cluster it does character by character.
#pragma once

#include <cstddef>
#include <string_view>

namespace cadenza {

// text: valid UTF-8. 0 for empty text.
std::size_t first_cluster_bytes(std::string_view text);

}  // namespace cadenza

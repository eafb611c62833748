// SentencePiece's "precompiled charsmap": which byte strings the normaliser replaces by which.
//
//   4 bytes   size of the trie in bytes, little-endian
//   trie      a double array (Darts) of 32-bit units: keys are UTF-8, values offsets into the texts
//   texts     replacements, each ended by a NUL
//
// A unit holds a label, a flag "a key ends here" and the offset of its children; a leaf holds a
// value. Lookups jump wherever a unit says, so a charsmap is checked whole before anyone looks a
// key up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cadenza {

class Charsmap {
 public:
  // An empty one replaces nothing.
  Charsmap() = default;

  // Walks every unit that a lookup can reach. Throws Error(bad_model) with `name` in front.
  Charsmap(std::string_view bytes, const std::string& name);

  // The replacement of the shortest key that `text` begins with; nothing when there is none.
  std::optional<std::string_view> replace_prefix(std::string_view text) const;

 private:
  std::vector<std::uint32_t> units_;
  std::string texts_;
};

}  // namespace cadenza

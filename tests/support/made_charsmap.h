// A charsmap made by hand in a test: a trie of single-byte keys.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/made_files.h"

namespace cadenza::testing {

// Byte -> replacement. The root's children lie in units 256..511; the leaf of byte b in unit 512 +
// b, so that every node's block of 256 is inside the 1,024 units. See charsmap.h for the layout.
inline std::vector<std::uint32_t> made_trie(const std::map<unsigned char, std::uint32_t>& values) {
  std::vector<std::uint32_t> units(1024, 0);
  units[0] = 256u << 10;
  for (const auto& [byte, value] : values) {
    const std::uint32_t child = 256u ^ byte, leaf = 512u + byte;
    units[child] = (child ^ leaf) << 10 | 1u << 8 | byte;
    units[leaf] = 1u << 31 | value;
  }
  return units;
}

inline std::string made_charsmap(const std::vector<std::uint32_t>& units,
                                 const std::string& texts) {
  std::vector<std::uint32_t> size = {static_cast<std::uint32_t>(4 * units.size())};
  return bytes_of(size) + bytes_of(units) + texts;
}

}  // namespace cadenza::testing

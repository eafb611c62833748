// Names from files and the command line that become part of a path or of a line of text.
#pragma once

#include <algorithm>
#include <string_view>

namespace cadenza {

// 1 to 128 ASCII letters, digits, dots, dashes and underscores, not beginning with a dot: such a
// name stays in the folder it is looked up in.
inline bool is_plain_name(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 128 && name[0] != '.' &&
         std::all_of(name.begin(), name.end(), is_plain);
}

}  // namespace cadenza

#include "lib/batch/file_name.h"

#include <algorithm>

namespace cadenza {

namespace {

constexpr std::size_t kMaxFileNameBytes = 255;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_allowed(char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; }

}  // namespace

bool is_plain_file_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxFileNameBytes && is_letter_or_digit(name.front()) &&
         name.back() != '.' && std::all_of(name.begin(), name.end(), is_allowed);
}

std::string folded_id(std::string_view id) {
  std::string folded(id);
  for (char& c : folded)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return folded;
}

}  // namespace cadenza

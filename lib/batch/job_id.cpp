#include "lib/batch/job_id.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr std::size_t kMaxIdBytes = 128;
constexpr std::size_t kMaxFileNameBytes = 255;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_allowed(char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; }

bool is_plain(std::string_view name) {
  return !name.empty() && is_letter_or_digit(name.front()) && name.back() != '.' &&
         std::all_of(name.begin(), name.end(), is_allowed);
}

// Windows opens these as devices, whatever follows the first dot.
bool is_device_name(std::string_view id) {
  const std::string stem = folded_id(id.substr(0, id.find('.')));
  constexpr std::array<std::string_view, 4> kWords = {"con", "prn", "aux", "nul"};
  if (std::find(kWords.begin(), kWords.end(), stem) != kWords.end()) return true;
  return stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) &&
         stem[3] >= '0' && stem[3] <= '9';
}

}  // namespace

std::string folded_id(std::string_view id) {
  std::string folded(id);
  for (char& c : folded)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return folded;
}

std::optional<std::string> job_id_problem(std::string_view id) {
  if (is_plain(id) && id.size() <= kMaxIdBytes && !is_device_name(id)) return {};
  return fmt::format(
      "expected 1..{} of A-Z a-z 0-9 . _ - beginning with a letter or digit, not ending in a dot "
      "and no device name, found {}",
      kMaxIdBytes, quoted(id));
}

bool is_plain_file_name(std::string_view name) {
  return is_plain(name) && name.size() <= kMaxFileNameBytes;
}

}  // namespace cadenza

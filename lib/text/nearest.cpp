#include "lib/text/nearest.h"

#include <algorithm>

namespace cadenza {

namespace {

constexpr std::size_t kMaxWordBytes = 64;  // a longer word is no misspelling, and costs n * m

// Flags and fields differ in case, leading dashes and '_' against '-' without being other words.
std::string folded(std::string_view word) {
  word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
  std::string result(word);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '_') c = '-';
  }
  return result;
}

// Damerau-Levenshtein in its "optimal string alignment" form: insertions, deletions, substitutions
// and swaps of neighbours, over the last three rows of the table.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(above);
    above.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swap) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
  if (word.size() > kMaxWordBytes) return std::nullopt;
  const std::string wanted = folded(word);
  // One slip in three letters is a misspelling; more is another word. Below its own length, so that
  // one letter is never "near" every other letter.
  std::size_t best_distance = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  std::optional<std::string> best;
  for (const auto& candidate : known) {
    const std::size_t distance = edit_distance(wanted, folded(candidate));
    if (distance >= best_distance || distance >= std::max<std::size_t>(wanted.size(), 1)) continue;
    best_distance = distance;
    best = candidate;
  }
  return best;
}

}  // namespace cadenza

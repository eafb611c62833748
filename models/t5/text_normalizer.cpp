#include "models/t5/text_normalizer.h"

#include "lib/text/utf8.h"
#include "models/t5/graphemes.h"

namespace cadenza {

namespace {

constexpr std::size_t kShortGraphemeBytes = 6;  // below this a grapheme is looked up whole

void append_characters(std::string_view grapheme, const Charsmap& charsmap, std::string& out) {
  for (std::size_t at = 0; at < grapheme.size();) {
    const auto point = decode_utf8(grapheme, at);
    const std::string_view character = grapheme.substr(at, point ? point->num_bytes : 1);
    out += charsmap.replace_prefix(character).value_or(character);
    at += character.size();
  }
}

bool is_white_space(char32_t value) {
  return (value >= 0x09 && value <= 0x0d) || value == 0x20 || value == 0x85 || value == 0xa0 ||
         value == 0x1680 || (value >= 0x2000 && value <= 0x200a) || value == 0x2028 ||
         value == 0x2029 || value == 0x202f || value == 0x205f || value == 0x3000 ||
         value == 0x2581;  // "▁": what a space becomes
}

}  // namespace

std::string normalized(std::string_view text, const Charsmap& charsmap) {
  std::string out;
  while (!text.empty()) {
    const std::string_view grapheme = text.substr(0, first_cluster_bytes(text));
    text.remove_prefix(grapheme.size());
    const auto whole =
        grapheme.size() < kShortGraphemeBytes ? charsmap.replace_prefix(grapheme) : std::nullopt;
    if (whole)
      out += *whole;
    else
      append_characters(grapheme, charsmap, out);
  }
  return out;
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t start = 0, at = 0;
  const auto end_word = [&] {
    if (at > start) words.push_back(text.substr(start, at - start));
  };
  while (at < text.size()) {
    const auto point = decode_utf8(text, at);
    const std::size_t num_bytes = point ? point->num_bytes : 1;
    if (point && is_white_space(point->value)) {
      end_word();
      start = at + num_bytes;
    }
    at += num_bytes;
  }
  end_word();
  return words;
}

}  // namespace cadenza

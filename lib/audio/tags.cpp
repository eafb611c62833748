#include "lib/audio/tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lib/error.h"
#include "lib/text/quote.h"
#include "lib/text/utf8.h"

namespace cadenza {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Bytes of the character at `at` that must go, 0 when it may stay. `text` is valid UTF-8 there.
std::size_t forbidden_length(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x20) return byte == '\t' || byte == '\n' ? 0 : 1;
  if (byte == 0x7F) return 1;
  const auto three = text.substr(at, 3);
  return three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF" ? 3 : 0;
}

std::string clean_text(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const auto bad = find_invalid_utf8(text);
    const auto good = text.substr(0, bad.value_or(text.size()));
    for (std::size_t i = 0; i < good.size();) {
      const std::size_t length = forbidden_length(good, i);
      if (length == 0)
        clean += good[i++];
      else
        clean += kReplacement, i += length;
    }
    text.remove_prefix(good.size());
    if (!bad) break;
    clean += kReplacement;
    text.remove_prefix(1);
  }
  return clean;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

void expect_key(const std::string& key) {
  const auto may_follow = [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  };
  const bool is_name = !key.empty() && (is_letter(key[0]) || key[0] == '_') &&
                       std::all_of(key.begin(), key.end(), may_follow);
  if (!is_name)
    fail(ErrorKind::internal, fmt::format("tag name {}: expected ASCII letters, digits, _ - . "
                                          "beginning with a letter",
                                          cadenza::quoted(key)));
}

}  // namespace

AudioTags cleaned(const AudioTags& tags) {
  AudioTags clean;
  clean.title = clean_text(tags.title);
  clean.artist = clean_text(tags.artist);
  clean.comment = clean_text(tags.comment);
  clean.software = clean_text(tags.software);
  clean.copyright = clean_text(tags.copyright);
  for (const auto& [key, value] : tags.custom) {
    expect_key(key);
    clean.custom.emplace_back(key, clean_text(value));
  }
  return clean;
}

bool has_marks(const AudioTags& tags) { return !vorbis_fields(tags).empty(); }

TagPairs vorbis_fields(const AudioTags& tags) {
  TagPairs fields;
  const auto add = [&fields](const char* name, const std::string& value) {
    if (!value.empty()) fields.emplace_back(name, value);
  };
  add("TITLE", tags.title);
  add("ARTIST", tags.artist);
  add("COMMENT", tags.comment);
  add("ENCODER", tags.software);
  add("COPYRIGHT", tags.copyright);
  fields.insert(fields.end(), tags.custom.begin(), tags.custom.end());
  return fields;
}

std::string one_line(const TagPairs& pairs) {
  std::string line;
  for (const auto& [key, value] : pairs)
    line.append(line.empty() ? "" : "; ").append(key).append("=").append(value);
  return line;
}

std::string ascii_only(std::string_view text, std::size_t max_bytes) {
  std::string ascii;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_continuation = byte >= 0x80 && byte < 0xC0;
    if (!is_continuation) ascii += byte < 0x80 ? c : '?';
  }
  return ascii.substr(0, max_bytes);
}

}  // namespace cadenza

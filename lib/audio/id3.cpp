#include "lib/audio/id3.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "lib/audio/tags.h"
#include "lib/error.h"

namespace cadenza {

namespace {

const unsigned short* lame_text(const std::u16string& text) {
  return reinterpret_cast<const unsigned short*>(text.c_str());
}

void expect_taken(int code, std::string_view what) {
  if (code != 0)
    fail(ErrorKind::internal,
         fmt::format("encoding mp3: LAME refused the tag {} ({})", what, code));
}

void set_text(lame_global_flags* lame, const char* frame, const std::string& value) {
  if (value.empty()) return;
  expect_taken(id3tag_set_textinfo_utf16(lame, frame, lame_text(utf16_with_bom(value))), frame);
}

void set_custom(lame_global_flags* lame, const std::string& key, const std::string& value) {
  if (value.empty()) return;
  const auto field = utf16_with_bom("TXXX=" + key + "=" + value);
  expect_taken(id3tag_set_fieldvalue_utf16(lame, lame_text(field)), key);
}

// A description that is nothing but a byte order mark: with none, ffmpeg warns "Incorrect BOM
// value".
void set_comment(lame_global_flags* lame, const std::string& value) {
  if (value.empty()) return;
  expect_taken(id3tag_set_comment_utf16(lame, "eng", lame_text(utf16_with_bom("")),
                                        lame_text(utf16_with_bom(value))),
               "COMM");
}

// One code point off the front of valid UTF-8.
char32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t code_point = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length && i < text.size(); ++i)
    code_point = code_point << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(std::min(length, text.size()));
  return code_point;
}

}  // namespace

std::u16string utf16_with_bom(std::string_view utf8) {
  std::u16string out = u"\uFEFF";
  while (!utf8.empty()) {
    const char32_t code_point = take_code_point(utf8);
    if (code_point < 0x10000) {
      out += static_cast<char16_t>(code_point);
    } else {
      out += static_cast<char16_t>(0xD7C0 + (code_point >> 10));
      out += static_cast<char16_t>(0xDC00 + (code_point & 0x3FF));
    }
  }
  return out;
}

void set_id3_tags(lame_global_flags* lame, const AudioTags& tags) {
  lame_set_write_id3tag_automatic(lame, 0);  // the caller places the tag
  if (!has_marks(tags)) return;
  id3tag_init(lame);
  id3tag_v2_only(lame);
  set_text(lame, "TIT2", tags.title);
  set_text(lame, "TPE1", tags.artist);
  set_comment(lame, tags.comment);
  set_text(lame, "TSSE", tags.software);
  set_text(lame, "TCOP", tags.copyright);
  // LAME takes a key for one it has when the older key is its beginning ("model" swallows
  // "model_license"), so the longest go first.
  auto custom = tags.custom;
  std::stable_sort(custom.begin(), custom.end(), [](const auto& one, const auto& other) {
    return one.first.size() > other.first.size();
  });
  for (const auto& [key, value] : custom) set_custom(lame, key, value);
}

std::string id3v2_bytes(lame_global_flags* lame) {
  std::vector<unsigned char> tag(lame_get_id3v2_tag(lame, nullptr, 0));
  const std::size_t size = lame_get_id3v2_tag(lame, tag.data(), tag.size());
  return {reinterpret_cast<const char*>(tag.data()), size};
}

}  // namespace cadenza

#include "lib/text/quote.h"

#include <fmt/format.h>

#include <cstdint>
#include <vector>

#include "lib/text/utf8.h"

namespace cadenza {

namespace {

constexpr std::string_view kEllipsis = "…";

// Direction marks, line separators and direction overrides: they reorder or break the line they
// are printed in, so that a message could be made to read as another one.
bool is_layout_character(char32_t value) {
  return value == 0x200e || value == 0x200f || (value >= 0x2028 && value <= 0x202e) ||
         (value >= 0x2066 && value <= 0x2069);
}

// What is printed for the code point or bad byte at `offset`; moves `offset` behind it.
std::string next_piece(std::string_view text, std::size_t& offset) {
  const auto point = decode_utf8(text, offset);
  if (!point) return fmt::format("\\x{:02x}", static_cast<unsigned char>(text[offset++]));
  const std::string_view bytes = text.substr(offset, point->num_bytes);
  offset += point->num_bytes;
  if (is_control_character(point->value) || is_layout_character(point->value))
    return fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(point->value));
  return std::string(bytes);
}

std::vector<std::string> pieces(std::string_view text) {
  std::vector<std::string> result;
  for (std::size_t offset = 0; offset < text.size();) result.push_back(next_piece(text, offset));
  return result;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (std::size_t offset = 0; offset < text.size();) result += next_piece(text, offset);
  return result;
}

std::string shortened(std::string_view text, std::size_t max_chars) {
  std::string result;
  std::size_t num_chars = 0;
  for (std::size_t offset = 0; offset < text.size();) {
    const std::string piece = next_piece(text, offset);
    num_chars += count_code_points(piece);
    if (num_chars > max_chars) return result.append(kEllipsis);
    result += piece;
  }
  return result;
}

std::string quoted(std::string_view text, std::size_t max_chars) {
  return '"' + shortened(text, max_chars) + '"';
}

std::string shown_path(std::string_view path, std::size_t max_chars) {
  const auto parts = pieces(path);
  std::size_t first = parts.size(), num_chars = 0;
  while (first > 0) {
    num_chars += count_code_points(parts[first - 1]);
    if (num_chars > max_chars) break;
    --first;
  }
  std::string result(first > 0 ? kEllipsis : std::string_view{});
  for (; first < parts.size(); ++first) result += parts[first];
  return result;
}

}  // namespace cadenza

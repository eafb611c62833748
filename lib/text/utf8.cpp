#include "lib/text/utf8.h"

namespace cadenza {

namespace {

// RFC 3629 as a table: the first byte fixes the length, which of its bits count, and the smallest
// code point that may be written at that length (anything smaller is an overlong form).
struct LeadByte {
  unsigned char mask, pattern, payload;
  std::size_t num_bytes;
  char32_t smallest;
};

constexpr LeadByte kLeadBytes[] = {
    {0x80, 0x00, 0x7f, 1, 0x0},
    {0xe0, 0xc0, 0x1f, 2, 0x80},
    {0xf0, 0xe0, 0x0f, 3, 0x800},
    {0xf8, 0xf0, 0x07, 4, 0x10000},
};

const LeadByte* lead_byte(unsigned char byte) {
  for (const auto& lead : kLeadBytes)
    if ((byte & lead.mask) == lead.pattern) return &lead;
  return nullptr;
}

bool is_surrogate(char32_t value) { return value >= 0xd800 && value <= 0xdfff; }

bool is_white_space(char32_t value) {
  return (value >= 0x09 && value <= 0x0d) || value == 0x20 || value == 0xa0 ||
         (value >= 0x2000 && value <= 0x200a) || value == 0x3000;
}

// Bytes to step over at `offset`: a whole code point, or one byte that is not part of any.
std::size_t step(std::string_view text, std::size_t offset) {
  const auto point = decode_utf8(text, offset);
  return point ? point->num_bytes : 1;
}

}  // namespace

std::optional<CodePoint> decode_utf8(std::string_view text, std::size_t offset) {
  const auto first = static_cast<unsigned char>(text[offset]);
  const LeadByte* lead = lead_byte(first);
  if (lead == nullptr || text.size() - offset < lead->num_bytes) return std::nullopt;
  char32_t value = first & lead->payload;
  for (std::size_t i = 1; i < lead->num_bytes; ++i) {
    const auto byte = static_cast<unsigned char>(text[offset + i]);
    if ((byte & 0xc0) != 0x80) return std::nullopt;
    value = (value << 6) | (byte & 0x3fu);
  }
  if (value < lead->smallest || value > 0x10ffff || is_surrogate(value)) return std::nullopt;
  return CodePoint{value, lead->num_bytes};
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto point = decode_utf8(text, i);
    if (!point) return i;
    i += point->num_bytes;
  }
  return std::nullopt;
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); i += step(text, i)) ++count;
  return count;
}

std::string_view trimmed(std::string_view text) {
  std::size_t begin = text.size(), end = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto point = decode_utf8(text, i);
    const std::size_t next = i + (point ? point->num_bytes : 1);
    if (!point || !is_white_space(point->value)) {
      if (begin == text.size()) begin = i;
      end = next;
    }
    i = next;
  }
  return begin < end ? text.substr(begin, end - begin) : std::string_view{};
}

bool is_control_character(char32_t value) {
  return value < 0x20 || (value >= 0x7f && value <= 0x9f);
}

bool has_control_characters(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); i += step(text, i)) {
    const auto point = decode_utf8(text, i);
    if (point && is_control_character(point->value)) return true;
  }
  return false;
}

}  // namespace cadenza

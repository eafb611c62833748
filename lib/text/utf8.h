// UTF-8, strictly (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace cadenza {

struct CodePoint {
  char32_t value = 0;
  std::size_t num_bytes = 0;  // 1..4
};

// The code point that starts at `offset` (inside the text), or nothing when no valid one does.
std::optional<CodePoint> decode_utf8(std::string_view text, std::size_t offset);

// Byte offset where the first bad sequence begins, or nothing when all is well.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

// Code points of valid UTF-8; each invalid byte counts as one.
std::size_t count_code_points(std::string_view text);

// Without leading and trailing white space (ASCII and U+00A0, U+2000..200A, U+3000).
std::string_view trimmed(std::string_view text);

// Is there a C0, DEL or C1 control character?
bool has_control_characters(std::string_view text);

bool is_control_character(char32_t value);

}  // namespace cadenza

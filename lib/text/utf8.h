// UTF-8, strictly (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace cadenza {

// Byte offset of the first bad byte, or nothing when all is well.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

// Code points of valid UTF-8.
std::size_t count_code_points(std::string_view text);

// Without leading and trailing white space (ASCII and U+00A0, U+2000..200A, U+3000).
std::string_view trimmed(std::string_view text);

// Is there a C0, DEL or C1 control character?
bool has_control_characters(std::string_view text);

}  // namespace cadenza

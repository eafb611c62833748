// Numbers from text: decimal ASCII, the whole text, nothing else (no blanks, no hex, no nan, no
// locale). 1e3 and 1.0 are not integers. Underflow to 0 of a non-zero text is out of range.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cadenza {

std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<double> parse_decimal(std::string_view text);

}  // namespace cadenza

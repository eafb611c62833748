#include "lib/text/number.h"

#include <charconv>
#include <cmath>

namespace cadenza {

namespace {

template <typename Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

// Is there a digit other than 0 before the exponent?
bool has_nonzero_digit(std::string_view text) {
  return text.substr(0, text.find_first_of("eE")).find_first_of("123456789") !=
         std::string_view::npos;
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  return parse_whole<std::int64_t>(text);
}

std::optional<double> parse_decimal(std::string_view text) {
  // from_chars also reads "inf" and "nan", and some versions turn 1e-999 into 0 without an error.
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  const auto value = parse_whole<double>(text);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  if (*value == 0 && has_nonzero_digit(text)) return std::nullopt;
  return value;
}

}  // namespace cadenza

#include "lib/text/quote_tail.h"

#include <algorithm>

#include "lib/text/quote.h"

namespace cadenza {

std::string quoted_tail(std::string_view text, std::size_t max_chars) {
  // A megabyte of name is not escaped to show its end: this much holds more than max_chars.
  const std::size_t kept = std::min(text.size(), 4 * (max_chars + 1));
  return '"' + shown_path(text.substr(text.size() - kept), max_chars) + '"';
}

}  // namespace cadenza

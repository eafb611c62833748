#include "cli/values.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/error.h"
#include "lib/text/nearest.h"
#include "lib/text/number.h"
#include "lib/text/quote.h"

namespace cadenza {

std::string spoken_list(const std::vector<std::string>& words) {
  std::string all;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) all += i + 1 == words.size() ? " or " : ", ";
    all += words[i];
  }
  return all;
}

std::string expect_choice(const std::string& field, const std::string& text,
                          const std::vector<std::string>& allowed) {
  if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return text;
  const auto near = nearest(text, allowed);
  fail(ErrorKind::usage,
       fmt::format("{}: expected {}, found {}", field, spoken_list(allowed), quoted(text)),
       near ? "did you mean " + *near + "?" : "");
}

int expect_integer(const std::string& field, const std::string& text, int least, int most) {
  const auto value = parse_integer(text);
  if (value && *value >= least && *value <= most) return static_cast<int>(*value);
  fail(ErrorKind::usage, fmt::format("{}: expected a whole number from {} to {}, found {}", field,
                                     least, most, quoted(text)));
}

double expect_number(const std::string& field, const std::string& text, double least, double most,
                     const std::string& unit) {
  const auto value = parse_decimal(text);
  if (value && *value >= least && *value <= most) return *value;
  fail(ErrorKind::usage,
       fmt::format("{}: expected {} to {}{}, found {}", field, least, most, unit, quoted(text)));
}

}  // namespace cadenza

// Strict readers for flag values that lib does not own. All throw Error(usage) in one form:
// "bits: expected 16, 24 or 32f, found "12"".
#pragma once

#include <string>
#include <vector>

namespace cadenza {

std::string expect_choice(const std::string& field, const std::string& text,
                          const std::vector<std::string>& allowed);
int expect_integer(const std::string& field, const std::string& text, int least, int most);
// unit: " s", " LUFS"; only for the message.
double expect_number(const std::string& field, const std::string& text, double least, double most,
                     const std::string& unit);

// "a, b or c"
std::string spoken_list(const std::vector<std::string>& words);

}  // namespace cadenza

// "Did you mean --tempo?": the known word nearest to a misspelt one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cadenza {

// By Damerau-Levenshtein distance, ignoring case and treating '_' as '-'; nothing when none is near.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace cadenza

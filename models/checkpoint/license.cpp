#include "models/checkpoint/license.h"

#include <algorithm>
#include <string_view>

#include "lib/error.h"
#include "lib/io/byte_source.h"
#include "lib/text/utf8.h"
#include "models/checkpoint/plain_name.h"

namespace cadenza {

namespace {

constexpr const char* kUnknown = "unknown";
constexpr std::uint64_t kMaxCardBytes = 1 << 20;

// Model cards write SPDX identifiers in lower case.
std::string spelled(std::string_view license) {
  if (license == "mit") return "MIT";
  if (license == "apache-2.0") return "Apache-2.0";
  std::string text(license);
  if (text.starts_with("cc-by"))
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

// The front matter is the YAML between the first two lines of three dashes.
std::string license_of_card(std::string_view card) {
  if (!card.starts_with("---\n")) return kUnknown;
  card = card.substr(4, card.find("\n---", 3) - 3);
  while (!card.empty()) {
    const auto end = std::min(card.find('\n'), card.size());
    const std::string_view line = card.substr(0, end);
    card.remove_prefix(std::min(end + 1, card.size()));
    const std::string_view key = "license:";
    if (!line.starts_with(key)) continue;
    const std::string_view value = trimmed(line.substr(key.size()));
    return is_plain_name(value) ? spelled(value) : kUnknown;
  }
  return kUnknown;
}

}  // namespace

std::string license_of(const std::string& model_name, const std::filesystem::path& folder) {
  if (model_name.starts_with("facebook/musicgen")) return "CC-BY-NC-4.0";
  try {
    return license_of_card(open_file(folder / "README.md", "README.md")->read_all(kMaxCardBytes));
  } catch (const Error&) {
    return kUnknown;  // a card that cannot be read says nothing
  }
}

}  // namespace cadenza

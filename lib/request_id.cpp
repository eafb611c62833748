#include "lib/request_id.h"

#include <algorithm>
#include <array>

#include "lib/io/sha256.h"
#include "lib/request_rules.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr std::size_t kMaxIdBytes = 128;
constexpr std::size_t kDefaultIdDigits = 16;
constexpr std::string_view kIdExpected =
    "1..128 of A-Z a-z 0-9 . _ -, beginning with a letter or digit, not ending in a dot";

// ASCII only, whatever the locale.
bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_id_character(char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; }

bool is_well_formed(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIdBytes && is_letter_or_digit(text.front()) &&
         text.back() != '.' && std::all_of(text.begin(), text.end(), is_id_character);
}

bool is_device_name(std::string_view text) {
  std::string stem(text.substr(0, text.find('.')));
  for (char& c : stem) c = static_cast<char>(c | 0x20);  // letters to lower case, digits unchanged
  if (stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")))
    return stem[3] >= '0' && stem[3] <= '9';
  constexpr std::array<std::string_view, 4> kNames = {"con", "prn", "aux", "nul"};
  return std::find(kNames.begin(), kNames.end(), stem) != kNames.end();
}

}  // namespace

void expect_id(std::string_view field, std::string_view text) {
  if (!is_well_formed(text)) fail_field(field, kIdExpected, quoted(text));
  if (is_device_name(text)) fail_field(field, "a name that is no device on Windows", quoted(text));
}

std::string default_id(const GenerationRequest& request, std::string_view model_identity) {
  GenerationRequest unnamed = request;
  unnamed.id.reset();
  std::string content = to_json(unnamed);
  content += '\n';
  content += model_identity;
  return sha256_hex(content).substr(0, kDefaultIdDigits);
}

}  // namespace cadenza

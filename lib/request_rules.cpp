#include "lib/request_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "lib/error.h"
#include "lib/prompt_text.h"
#include "lib/text/number.h"
#include "lib/text/quote.h"
#include "lib/text/utf8.h"

namespace cadenza {

namespace {

constexpr std::array<std::pair<std::string_view, TempoWord>, 3> kTempoWords = {
    {{"slow", TempoWord::slow}, {"moderate", TempoWord::moderate}, {"fast", TempoWord::fast}}};

bool is_in_range(const DecimalRule& rule, double value) {
  const bool is_above = rule.is_low_excluded ? value > rule.low : value >= rule.low;
  return is_above && value <= rule.high;  // false for NaN
}

bool is_in_range(const IntegerRule& rule, std::int64_t value) {
  return value >= rule.low && value <= rule.high;
}

// Every number of a request is unsigned: "-0" and "+5" are refused like "-1".
bool has_sign(std::string_view text) { return text.starts_with('-') || text.starts_with('+'); }

// Valid UTF-8 on one line, with nothing a terminal would act on.
void expect_plain_text(std::string_view field, std::string_view text) {
  std::size_t position = 1;
  for (std::size_t i = 0; i < text.size(); ++position) {
    const auto point = decode_utf8(text, i);
    if (!point) fail_field(field, "valid UTF-8", quoted(text));
    if (is_control_character(point->value))
      fail_field(field, "text without control characters",
                 fmt::format("U+{:04X} at character {}", static_cast<std::uint32_t>(point->value),
                             position));
    i += point->num_bytes;
  }
}

void expect_length(std::string_view field, std::string_view text, std::size_t low,
                   std::size_t high) {
  const std::size_t length = count_code_points(text);
  if (length < low || length > high)
    fail_field(field, fmt::format("{}..{} characters", low, high), fmt::format("{}", length));
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

// The normal form of a key, or nothing when the text is not one.
std::optional<std::string> find_key(std::string_view text) {
  const std::string words = lower_case(trimmed(text));
  if (words.empty() || words[0] < 'a' || words[0] > 'g') return std::nullopt;
  std::size_t end = 1;
  if (end < words.size() && (words[end] == '#' || words[end] == 'b')) ++end;
  std::string key = words.substr(0, end);
  key[0] = static_cast<char>(key[0] - 'a' + 'A');
  if (end == words.size()) return key;
  const std::size_t mode = words.find_first_not_of(' ', end);
  if (mode == end) return std::nullopt;  // "Cmajor", "C##"
  const std::string name = words.substr(mode);
  if (name != "major" && name != "minor") return std::nullopt;
  return key + ' ' + name;
}

}  // namespace

void fail_field(std::string_view field, std::string_view expected, std::string_view found) {
  fail(ErrorKind::usage, fmt::format("{}: expected {}, found {}", field, expected, found));
}

double parse_in_range(const DecimalRule& rule, std::string_view text) {
  const auto value = has_sign(text) ? std::nullopt : parse_decimal(text);
  if (!value || !is_in_range(rule, *value)) fail_field(rule.field, rule.expected, quoted(text));
  return *value;
}

std::int64_t parse_in_range(const IntegerRule& rule, std::string_view text) {
  const auto value = has_sign(text) ? std::nullopt : parse_integer(text);
  if (!value || !is_in_range(rule, *value)) fail_field(rule.field, rule.expected, quoted(text));
  return *value;
}

Tempo parse_tempo(std::string_view text) {
  for (const auto& [name, word] : kTempoWords)
    if (text == name) return word;
  return parse_in_range(kTempoRule, text);
}

bool parse_switch(std::string_view field, std::string_view text) {
  if (text != "true" && text != "false") fail_field(field, "true or false", quoted(text));
  return text == "true";
}

std::vector<std::string> parse_list(std::string_view field, std::string_view text) {
  expect_plain_text(field, text);
  std::vector<std::string> items;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    items.emplace_back(trimmed(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  expect_list(field, items);
  return items;
}

void expect_in_range(const DecimalRule& rule, double value) {
  if (!is_in_range(rule, value)) fail_field(rule.field, rule.expected, fmt::format("{}", value));
}

void expect_in_range(const IntegerRule& rule, std::int64_t value) {
  if (!is_in_range(rule, value)) fail_field(rule.field, rule.expected, fmt::format("{}", value));
}

void expect_prompt(std::string_view prompt, int max_prompt_chars) {
  expect_plain_text("prompt", prompt);
  expect_length("prompt", trimmed(prompt), kMinPromptChars,
                static_cast<std::size_t>(max_prompt_chars));
}

void expect_words(std::string_view field, std::string_view text) {
  expect_plain_text(field, text);
  expect_length(field, trimmed(text), 1, kMaxWordChars);
}

void expect_list(std::string_view field, const std::vector<std::string>& items) {
  if (items.size() > kMaxListItems)
    fail_field(field, fmt::format("at most {}, separated by commas", kMaxListItems),
               fmt::format("{}", items.size()));
  for (const auto& item : items) expect_words(field, item);
}

void expect_template(std::string_view name) {
  const auto& known = prompt_templates();
  if (std::find(known.begin(), known.end(), name) == known.end())
    fail_field("template", fmt::format("{}", fmt::join(known, "|")), quoted(name));
}

std::string normal_key(std::string_view text) {
  expect_words("key", text);
  auto key = find_key(text);
  if (!key) fail_field("key", "a key such as C minor, F# major or Bb", quoted(text));
  return *std::move(key);
}

std::string_view tempo_word_name(TempoWord word) {
  return std::find_if(kTempoWords.begin(), kTempoWords.end(),
                      [&](const auto& entry) { return entry.second == word; })
      ->first;
}

}  // namespace cadenza

#include "models/checkpoint/config_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace cadenza {

namespace {

std::optional<std::int64_t> integer_in(const Json& json, std::int64_t low, std::int64_t high) {
  if (!json.is_number_integer()) return std::nullopt;
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
  const auto number = json.get<std::int64_t>();
  return number < low || number > high ? std::nullopt : std::optional(number);
}

}  // namespace

ConfigBlock::ConfigBlock(const Json& json, std::string file, std::string path, Nulls nulls)
    : json_(json), file_(std::move(file)), path_(std::move(path)), nulls_(nulls) {
  if (!json_.is_object())
    fail(ErrorKind::bad_model, fmt::format("{}: {}expected an object, found {}", file_,
                                           path_.empty() ? "" : path_ + ": ", shown_json(json_)));
}

ConfigBlock ConfigBlock::block(const char* key) const {
  const Json* found = find(key);
  return ConfigBlock(found == nullptr ? Json::object() : *found, file_,
                     path_.empty() ? key : path_ + "." + key, nulls_);
}

const Json* ConfigBlock::find(const char* key) const {
  const auto found = json_.find(key);
  const bool is_absent = found == json_.end() || (found->is_null() && nulls_ == Nulls::absent);
  return is_absent ? nullptr : &*found;
}

bool ConfigBlock::is_null(const char* key) const {
  const Json* found = find(key);
  return found != nullptr && found->is_null();
}

bool ConfigBlock::is_text(const char* key, std::string_view text) const {
  const Json* found = find(key);
  return found != nullptr && found->is_string() && found->get_ref<const std::string&>() == text;
}

void ConfigBlock::refuse(const char* key, const std::string& expected) const {
  const Json* found = find(key);
  fail(ErrorKind::bad_model,
       fmt::format("{}: {}{}: expected {}, found {}", file_, path_.empty() ? "" : path_ + ".", key,
                   expected, found == nullptr ? "nothing" : shown_json(*found)));
}

void ConfigBlock::read_integer(const char* key, std::int64_t low, std::int64_t high,
                               std::int64_t& value) const {
  const Json* found = find(key);
  if (found == nullptr) return;
  const auto number = integer_in(*found, low, high);
  if (!number) refuse(key, fmt::format("an integer from {} to {}", low, high));
  value = *number;
}

void ConfigBlock::read_integers(const char* key, std::size_t max_count, std::int64_t low,
                                std::int64_t high, std::vector<std::int64_t>& values) const {
  const Json* found = find(key);
  if (found == nullptr) return;
  const auto expected = fmt::format("1 to {} integers from {} to {}", max_count, low, high);
  if (!found->is_array() || found->empty() || found->size() > max_count) refuse(key, expected);
  values.clear();
  for (const Json& item : *found) {
    const auto number = integer_in(item, low, high);
    if (!number) refuse(key, expected);
    values.push_back(*number);
  }
}

void ConfigBlock::read_number(const char* key, double low, double high, double& value) const {
  const Json* found = find(key);
  if (found == nullptr) return;
  const double number = found->is_number() ? found->get<double>() : std::nan("");
  if (!(number >= low && number <= high))
    refuse(key, fmt::format("a number from {} to {}", low, high));
  value = number;
}

void ConfigBlock::read_boolean(const char* key, bool& value) const {
  const Json* found = find(key);
  if (found == nullptr) return;
  if (!found->is_boolean()) refuse(key, "true or false");
  value = found->get<bool>();
}

void ConfigBlock::read_word(const char* key, const std::vector<std::string_view>& allowed,
                            std::string& value) const {
  const Json* found = find(key);
  if (found == nullptr) return;
  const std::string* word = found->get_ptr<const std::string*>();
  if (word == nullptr || std::find(allowed.begin(), allowed.end(), *word) == allowed.end())
    refuse(key, fmt::format("\"{}\"", fmt::join(allowed, "\" or \"")));
  value = *word;
}

void ConfigBlock::expect_word(const char* key, std::string_view value) const {
  std::string ignored;
  read_word(key, {value}, ignored);
}

void ConfigBlock::expect_boolean(const char* key, bool value) const {
  const Json* found = find(key);
  if (found == nullptr || (found->is_boolean() && found->get<bool>() == value)) return;
  refuse(key, value ? "true" : "false");
}

void ConfigBlock::expect_null(const char* key) const {
  const Json* found = find(key);
  if (found != nullptr && !found->is_null()) refuse(key, "null");
}

}  // namespace cadenza

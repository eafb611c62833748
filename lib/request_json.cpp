#include "lib/request_json.h"

#include <algorithm>

#include "lib/request_rules.h"
#include "lib/text/quote.h"
#include "lib/text/utf8.h"

namespace cadenza {

namespace {

// Longer prompts than the default were allowed when the record was made.
constexpr int kAnyPromptChars = 1 << 20;

constexpr std::string_view kListExpected = "an array of strings";

template <typename Value>
void put(Json& object, const char* name, const std::optional<Value>& value) {
  if (value) object[name] = *value;
}

void put(Json& object, const char* name, const std::vector<std::string>& items) {
  if (!items.empty()) object[name] = items;
}

Json tempo_value(const Tempo& tempo) {
  if (const auto* bpm = std::get_if<double>(&tempo)) return *bpm;
  return std::string(tempo_word_name(std::get<TempoWord>(tempo)));
}

// What stands in the JSON, for messages.
std::string shown(const Json& value) { return shortened(value.dump()); }

double decimal(const DecimalRule& rule, const Json& value) {
  if (!value.is_number()) fail_field(rule.field, rule.expected, shown(value));
  expect_in_range(rule, value.get<double>());
  return value.get<double>();
}

std::int64_t integer(const IntegerRule& rule, const Json& value) {
  const bool is_exact = value.is_number_unsigned() ? value.get<std::uint64_t>() <= INT64_MAX
                                                   : value.is_number_integer();
  if (!is_exact) fail_field(rule.field, rule.expected, shown(value));
  expect_in_range(rule, value.get<std::int64_t>());
  return value.get<std::int64_t>();
}

Tempo tempo(const Json& value) {
  if (!value.is_string()) return decimal(kTempoRule, value);
  const Tempo word = parse_tempo(value.get<std::string>());
  if (std::holds_alternative<double>(word)) fail_field("tempo", kTempoExpected, shown(value));
  return word;
}

// An array of strings, or one string with commas as a flag has it.
std::vector<std::string> list(std::string_view field, const Json& value) {
  if (value.is_string()) return parse_list(field, value.get<std::string>());
  std::vector<std::string> items;
  if (!value.is_array()) fail_field(field, kListExpected, shown(value));
  for (const auto& item : value) {
    if (!item.is_string()) fail_field(field, kListExpected, shown(item));
    items.emplace_back(trimmed(item.get_ref<const std::string&>()));
  }
  expect_list(field, items);
  return items;
}

bool boolean(std::string_view field, const Json& value) {
  if (!value.is_boolean()) fail_field(field, "true or false", shown(value));
  return value.get<bool>();
}

using Request = GenerationRequest;

struct TypedField {
  std::string_view name;
  void (*set)(Request&, const Json&);
};

// Fields whose JSON is not plain text.
constexpr TypedField kTypedFields[] = {
    {"instruments", [](Request& r, const Json& v) { r.instruments = list("instruments", v); }},
    {"tempo", [](Request& r, const Json& v) { r.tempo = tempo(v); }},
    {"duration", [](Request& r, const Json& v) { r.duration_s = decimal(kDurationRule, v); }},
    {"seed",
     [](Request& r, const Json& v) { r.seed = static_cast<std::uint64_t>(integer(kSeedRule, v)); }},
    {"count",
     [](Request& r, const Json& v) { r.count = static_cast<int>(integer(kCountRule, v)); }},
    {"temperature",
     [](Request& r, const Json& v) { r.temperature = decimal(kTemperatureRule, v); }},
    {"top_k", [](Request& r, const Json& v) { r.top_k = static_cast<int>(integer(kTopKRule, v)); }},
    {"top_p", [](Request& r, const Json& v) { r.top_p = decimal(kTopPRule, v); }},
    {"guidance", [](Request& r, const Json& v) { r.guidance = decimal(kGuidanceRule, v); }},
    {"greedy", [](Request& r, const Json& v) { r.greedy = boolean("greedy", v); }},
    {"tags", [](Request& r, const Json& v) { r.tags = list("tags", v); }},
};

bool is_known(const std::string& name) {
  const auto& known = request_fields();
  return std::find(known.begin(), known.end(), name) != known.end();
}

}  // namespace

void set_member(GenerationRequest& request, const std::string& name, const Json& value,
                int max_prompt_chars) {
  for (const auto& field : kTypedFields)
    if (name == field.name) return field.set(request, value);
  if (is_known(name) && !value.is_string()) fail_field(name, "text", shown(value));
  const std::string text = value.is_string() ? value.get<std::string>() : std::string{};
  set_field(request, name, text, max_prompt_chars);  // also refuses a name it does not know
}

Json request_object(const GenerationRequest& request) {
  Json object = Json::object();
  if (!request.prompt.empty()) object["prompt"] = request.prompt;
  put(object, "genre", request.genre);
  put(object, "mood", request.mood);
  put(object, "key", request.key);
  put(object, "instruments", request.instruments);
  if (request.tempo) object["tempo"] = tempo_value(*request.tempo);
  object["duration"] = request.duration_s;
  put(object, "seed", request.seed);
  object["count"] = request.count;
  put(object, "temperature", request.temperature);
  put(object, "top_k", request.top_k);
  put(object, "top_p", request.top_p);
  put(object, "guidance", request.guidance);
  put(object, "greedy", request.greedy);
  object["template"] = request.template_name;
  put(object, "id", request.id);
  put(object, "owner", request.owner);
  put(object, "tags", request.tags);
  return object;
}

GenerationRequest request_from_object(const Json& object) {
  if (!object.is_object()) fail_field("request", "a JSON object", shown(object));
  GenerationRequest request;
  for (const auto& [name, value] : object.items())
    set_member(request, name, value, kAnyPromptChars);
  return request;
}

std::string to_json(const GenerationRequest& request) {
  // A request that is being reported as bad may hold invalid UTF-8; validate() refuses it
  // elsewhere.
  return request_object(request).dump(-1, ' ', false, Json::error_handler_t::replace);
}

GenerationRequest request_from_json(std::string_view json) {
  return request_from_object(parse_json(json, "request", JsonLimits{}, ErrorKind::usage));
}

}  // namespace cadenza

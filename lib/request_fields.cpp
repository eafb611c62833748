// One row per request field: its name and how its text is read. Everything a value may be stands in
// request_rules.h; this table only says where it goes.
#include <fmt/format.h>

#include <utility>

#include "lib/error.h"
#include "lib/request.h"
#include "lib/request_id.h"
#include "lib/request_rules.h"
#include "lib/text/nearest.h"
#include "lib/text/quote.h"
#include "lib/text/utf8.h"

namespace cadenza {

namespace {

using Request = GenerationRequest;
using Text = std::string_view;

struct Field {
  const char* name;
  void (*set)(Request&, Text);
};

std::string words(Text field, Text text) {
  expect_words(field, text);
  return std::string(trimmed(text));
}

std::string name(Text field, Text text) {
  expect_id(field, text);
  return std::string(text);
}

// The prompt is not here: its length limit can be raised.
constexpr Field kFields[] = {
    {"genre", [](Request& r, Text t) { r.genre = words("genre", t); }},
    {"mood", [](Request& r, Text t) { r.mood = words("mood", t); }},
    {"key", [](Request& r, Text t) { r.key = normal_key(t); }},
    {"instruments", [](Request& r, Text t) { r.instruments = parse_list("instruments", t); }},
    {"tempo", [](Request& r, Text t) { r.tempo = parse_tempo(t); }},
    {"duration", [](Request& r, Text t) { r.duration_s = parse_in_range(kDurationRule, t); }},
    {"seed",
     [](Request& r, Text t) { r.seed = static_cast<std::uint64_t>(parse_in_range(kSeedRule, t)); }},
    {"count",
     [](Request& r, Text t) { r.count = static_cast<int>(parse_in_range(kCountRule, t)); }},
    {"temperature",
     [](Request& r, Text t) { r.temperature = parse_in_range(kTemperatureRule, t); }},
    {"top_k", [](Request& r, Text t) { r.top_k = static_cast<int>(parse_in_range(kTopKRule, t)); }},
    {"top_p", [](Request& r, Text t) { r.top_p = parse_in_range(kTopPRule, t); }},
    {"guidance", [](Request& r, Text t) { r.guidance = parse_in_range(kGuidanceRule, t); }},
    {"greedy", [](Request& r, Text t) { r.greedy = parse_switch("greedy", t); }},
    {"template",
     [](Request& r, Text t) {
       expect_template(t);
       r.template_name = t;
     }},
    {"id", [](Request& r, Text t) { r.id = name("id", t); }},
    {"owner", [](Request& r, Text t) { r.owner = name("owner", t); }},
    {"tags", [](Request& r, Text t) { r.tags = parse_list("tags", t); }},
};

[[noreturn]] void fail_unknown(Text field) {
  std::string sentence = fmt::format("{}: unknown field", shortened(field));
  if (const auto near = nearest(field, request_fields()))
    sentence += fmt::format("; did you mean {}?", *near);
  fail(ErrorKind::usage, std::move(sentence));
}

}  // namespace

void set_field(GenerationRequest& request, std::string_view field, std::string_view text,
               int max_prompt_chars) {
  if (field == "prompt") {
    const Text prompt = trimmed(text);
    expect_prompt(prompt, max_prompt_chars);
    request.prompt = prompt;
    return;
  }
  for (const auto& entry : kFields)
    if (field == entry.name) return entry.set(request, text);
  fail_unknown(field);
}

const std::vector<std::string>& request_fields() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names{"prompt"};
    for (const auto& entry : kFields) names.emplace_back(entry.name);
    return names;
  }();
  return kNames;
}

}  // namespace cadenza

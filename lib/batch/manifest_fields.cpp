#include "lib/batch/manifest_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "lib/error.h"
#include "lib/request_json.h"
#include "lib/request_rules.h"
#include "lib/text/nearest.h"
#include "lib/text/number.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr std::int64_t kMaxPriority = 1'000'000;
constexpr std::string_view kPriorityExpected = "an integer from -1000000 to 1000000";

// The names two hosted services give to the same things, so that their request files run unchanged.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kAliases = {
    {{"request_id", "id"},
     {"style", "genre"},
     {"duration_seconds", "duration"},
     {"userId", "owner"},
     {"parameters.duration", "duration"},
     {"parameters.genre", "genre"},
     {"parameters.tempo", "tempo"},
     {"parameters.model", "model"}}};

// A manifest chooses music. Where it comes from and where it goes is for whoever runs the batch: a
// file from elsewhere must not reach other files, machines or credentials.
constexpr std::array<std::string_view, 17> kForbidden = {
    "model",         "device",       "precision", "threads",     "config",     "output",
    "out_dir",       "upload",       "endpoint",  "credentials", "notify_url", "on_complete",
    "name_template", "key_template", "overwrite", "save_tokens", "hub_cache"};

template <typename Names>
bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_own_field(std::string_view name) {
  return name == "priority" || name == "format" || contains(request_fields(), name);
}

// Messages of lib/request_rules.h begin with the flag's spelling; people look for the manifest's.
std::string in_spelling(std::string_view member, const std::string& sentence) {
  const auto colon = sentence.find(": ");
  if (colon == sentence.npos) return fmt::format("{}: {}", shortened(member), sentence);
  return fmt::format("{}{}", shortened(member), std::string_view(sentence).substr(colon));
}

std::string shown(const Json& value) {
  return shortened(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

std::string_view field_of_member(std::string_view name) {
  for (const auto& [alias, field] : kAliases)
    if (name == alias) return field;
  return name;
}

const std::vector<std::string>& manifest_members() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names = request_fields();
    names.insert(names.end(), {"priority", "format", "parameters"});
    for (const auto& entry : kAliases) names.emplace_back(entry.first);
    return names;
  }();
  return kNames;
}

std::optional<std::string> member_problem(std::string_view name) {
  if (name == "parameters" || name == "parameters.model" || is_own_field(field_of_member(name)))
    return std::nullopt;
  if (contains(kForbidden, name))
    return fmt::format("{}: a manifest may not choose this; give it to the command", name);
  std::string problem = fmt::format("{}: unknown field", shortened(name));
  if (const auto near = nearest(name, manifest_members()))
    problem += fmt::format("; did you mean {}?", *near);
  return problem;
}

void RowBuilder::refuse(bool is_structural, std::string sentence) {
  if (!fault_) fault_ = RowFault{is_structural, std::move(sentence)};
}

// Everything that does not depend on how the value is written.
template <typename Set>
void RowBuilder::set(std::string_view name, const Set& set_known) {
  if (fault_) return;
  if (auto problem = member_problem(name)) return refuse(true, *std::move(problem));
  const std::string_view field = field_of_member(name);
  if (contains(seen_, field))
    return refuse(true, fmt::format("{}: given twice, also under another name", shortened(name)));
  seen_.push_back(field);
  try {
    set_known(std::string(field));
  } catch (const Error& error) {
    refuse(field == "id", in_spelling(name, error.sentence()));
  }
}

void RowBuilder::set_priority(std::optional<std::int64_t> value, const std::string& found) {
  if (!value || *value < -kMaxPriority || *value > kMaxPriority)
    fail_field("priority", kPriorityExpected, found);
  values_.priority = *value;
}

void RowBuilder::set_parameters(const Json& members) {
  for (const auto& [name, value] : members.items()) {
    const std::string full = "parameters." + name;
    if (field_of_member(full) == full)
      return refuse(true, fmt::format("{}: unknown field", shortened(full)));
    set_json(full, value);
  }
}

void RowBuilder::assign_json(const std::string& field, const Json& value) {
  if (field == "priority") {
    const bool is_exact = value.is_number_unsigned() ? value.get<std::uint64_t>() <= INT64_MAX
                                                     : value.is_number_integer();
    set_priority(is_exact ? std::optional(value.get<std::int64_t>()) : std::nullopt, shown(value));
  } else if (field == "format" || field == "model") {
    if (!value.is_string()) fail_field(field, "text", shown(value));
    assign_text(field, value.get<std::string>());
  } else if (field == "parameters") {
    fail_field(field, "an object", shown(value));
  } else {
    set_member(values_.request, field, value, options_.max_prompt_chars);
  }
}

void RowBuilder::assign_text(const std::string& field, std::string_view text) {
  if (field == "priority") {
    set_priority(parse_integer(text), quoted(text));
  } else if (field == "format") {
    values_.format = parse_audio_format(std::string(text));
  } else if (field == "model") {
    if (!contains(options_.model_names, text))
      fail_field(field, "the model in use or none", quoted(text));
  } else if (field == "parameters") {
    fail_field(field, "a map", quoted(text));
  } else {
    set_field(values_.request, field, text, options_.max_prompt_chars);
  }
}

void RowBuilder::set_json(std::string_view name, const Json& value) {
  if (name == "parameters" && value.is_object()) return set_parameters(value);
  set(name, [&](const std::string& field) { assign_json(field, value); });
}

void RowBuilder::set_text(std::string_view name, std::string_view text) {
  set(name, [&](const std::string& field) { assign_text(field, text); });
}

void RowBuilder::finish() {
  if (!fault_ && values_.request.prompt.empty()) refuse(false, "prompt: none was given");
}

}  // namespace cadenza

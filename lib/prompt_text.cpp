#include "lib/prompt_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "lib/request_rules.h"

namespace cadenza {

namespace {

// As Python prints a float of this size: "120.0", "84.5".
std::string python_float(double value) {
  std::string text = fmt::format("{}", value);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

// The prompt without its full stops, when something follows it: never "..", never ".,".
std::string clause(std::string_view prompt) {
  while (prompt.ends_with('.')) prompt.remove_suffix(1);
  return std::string(prompt);
}

// The prompt, then the attributes. A prompt that stands alone stays exactly as it is.
std::string sentence(const GenerationRequest& request, std::vector<std::string> attributes,
                     std::string_view separator) {
  if (attributes.empty()) return request.prompt;
  const std::string first = clause(request.prompt);
  if (!first.empty()) attributes.insert(attributes.begin(), first);
  return joined(attributes, separator);
}

std::string audiocraft_tempo(const Tempo& tempo) {
  if (const auto* bpm = std::get_if<double>(&tempo)) return python_float(*bpm);
  return std::string(tempo_word_name(std::get<TempoWord>(tempo)));
}

// Names and punctuation of audiocraft's music metadata, with which MusicGen was trained; "moods"
// and "instrument" are its field names, and lists are joined with ", ".
std::string audiocraft_text(const GenerationRequest& request) {
  std::vector<std::string> pairs;
  if (request.tempo) pairs.push_back("bpm: " + audiocraft_tempo(*request.tempo));
  if (request.key) pairs.push_back("key: " + lower_case(*request.key));
  if (request.genre) pairs.push_back("genre: " + *request.genre);
  if (request.mood) pairs.push_back("moods: " + *request.mood);
  if (!request.instruments.empty())
    pairs.push_back("instrument: " + joined(request.instruments, ", "));
  return sentence(request, std::move(pairs), ". ");
}

std::string natural_tempo(const Tempo& tempo) {
  if (const auto* bpm = std::get_if<double>(&tempo)) return fmt::format("{} BPM", *bpm);
  return fmt::format("{} tempo", tempo_word_name(std::get<TempoWord>(tempo)));
}

// "piano", "piano and bass", "piano, bass and drums".
std::string enumeration(const std::vector<std::string>& items) {
  if (items.size() < 2) return joined(items, "");
  const std::vector<std::string> head(items.begin(), items.end() - 1);
  return joined(head, ", ") + " and " + items.back();
}

std::string natural_text(const GenerationRequest& request) {
  std::vector<std::string> phrases;
  if (request.genre) phrases.push_back(*request.genre + " genre");
  if (request.mood) phrases.push_back(*request.mood + " mood");
  if (!request.instruments.empty())
    phrases.push_back("featuring " + enumeration(request.instruments));
  if (request.tempo) phrases.push_back(natural_tempo(*request.tempo));
  if (request.key) phrases.push_back("in " + *request.key);
  return sentence(request, std::move(phrases), ", ");
}

std::string raw_text(const GenerationRequest& request) { return request.prompt; }

struct Template {
  const char* name;
  std::string (*make)(const GenerationRequest&);
};

constexpr Template kTemplates[] = {
    {"audiocraft", audiocraft_text}, {"natural", natural_text}, {"raw", raw_text}};

}  // namespace

const std::vector<std::string>& prompt_templates() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const auto& entry : kTemplates) names.emplace_back(entry.name);
    return names;
  }();
  return kNames;
}

std::string conditioning_text(const GenerationRequest& request) {
  expect_template(request.template_name);
  const auto* entry = std::find_if(std::begin(kTemplates), std::end(kTemplates),
                                   [&](const auto& t) { return request.template_name == t.name; });
  return entry->make(request);
}

}  // namespace cadenza

#include "lib/request.h"

#include "lib/error.h"
#include "lib/request_id.h"
#include "lib/request_rules.h"

namespace cadenza {

namespace {

// The finaliser of SplitMix64 (Steele, Lea and Flood 2014) over its first step: a bijection of 64
// bits in which every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

void validate_words(const GenerationRequest& request) {
  if (request.genre) expect_words("genre", *request.genre);
  if (request.mood) expect_words("mood", *request.mood);
  if (request.key) normal_key(*request.key);
  expect_list("instruments", request.instruments);
  expect_template(request.template_name);
  if (request.id) expect_id("id", *request.id);
  if (request.owner) expect_id("owner", *request.owner);
  expect_list("tags", request.tags);
}

void validate_numbers(const GenerationRequest& request) {
  if (request.tempo && std::holds_alternative<double>(*request.tempo))
    expect_in_range(kTempoRule, std::get<double>(*request.tempo));
  expect_in_range(kDurationRule, request.duration_s);
  if (request.seed && *request.seed > INT64_MAX)
    fail_field(kSeedRule.field, kSeedRule.expected, std::to_string(*request.seed));
  expect_in_range(kCountRule, request.count);
  if (request.temperature) expect_in_range(kTemperatureRule, *request.temperature);
  if (request.top_k) expect_in_range(kTopKRule, *request.top_k);
  if (request.top_p) expect_in_range(kTopPRule, *request.top_p);
  if (request.guidance) expect_in_range(kGuidanceRule, *request.guidance);
}

}  // namespace

void validate(const GenerationRequest& request, int max_prompt_chars) {
  if (request.prompt.empty())
    fail(ErrorKind::usage, "prompt: none was given", "give the music to make in words");
  expect_prompt(request.prompt, max_prompt_chars);
  validate_words(request);
  validate_numbers(request);
}

SamplingSettings effective_sampling(const GenerationRequest& request,
                                    const SamplingSettings& model) {
  SamplingSettings settings;
  settings.temperature = request.temperature.value_or(model.temperature);
  settings.top_k = request.top_k.value_or(model.top_k);
  settings.top_p = request.top_p.value_or(model.top_p);
  settings.guidance = request.guidance.value_or(model.guidance);
  settings.is_greedy = request.greedy.value_or(model.is_greedy) || settings.temperature == 0;
  return settings;
}

std::uint64_t track_seed(std::uint64_t seed, int index, int /*count*/) {
  if (index == 0) return seed;
  // Two mixes: with mix(seed + index) alone, track 2 of seed 7 would be track 1 of seed 8.
  return mix(mix(seed) ^ static_cast<std::uint64_t>(index)) & INT64_MAX;
}

}  // namespace cadenza

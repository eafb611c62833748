// What music to make: plain data that can be printed, saved, and run again to give the same track.
// Every default of Cadenza that concerns the music is an initialiser here and nowhere else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/generator.h"

namespace cadenza {

enum class TempoWord { slow, moderate, fast };
using Tempo = std::variant<double, TempoWord>;  // beats per minute, or a word that stays a word

struct GenerationRequest {
  std::string prompt;                           // 5..500 code points after trimming
  std::optional<std::string> genre, mood, key;  // 1..100 code points each; key like "C minor"
  std::vector<std::string> instruments;         // at most 16, 1..100 code points each
  std::optional<Tempo> tempo;         // 40..240 BPM; absent means absent, there is no hidden 120
  double duration_s = 10;             // > 0, <= 300
  std::optional<std::uint64_t> seed;  // 0 .. 2^63 - 1; absent: drawn by the caller and recorded
  int count = 1;                      // 1..1000; track i has a seed of its own

  // Absent: what the model's generation_config.json says.
  std::optional<double> temperature;  // 0..5; 0 is greedy
  std::optional<int> top_k;           // >= 0
  std::optional<double> top_p;        // 0..1
  std::optional<double> guidance;     // 0..20
  std::optional<bool> greedy;

  std::string template_name = "audiocraft";  // audiocraft natural raw
  std::optional<std::string> id, owner;
  std::vector<std::string> tags;
};

inline constexpr int kDefaultMaxPromptChars = 500;

// One setter per field from text, as flags and CSV cells give it: name as in docs ("top_k"), strict
// parsing, range checks. Throws Error(usage): "tempo: expected 40..240 or slow|moderate|fast, found
// …". Messages spell the field as its flag is spelt ("top-k"). Lists are separated by commas. The
// prompt and the words are trimmed; numbers, ids and switches are not.
void set_field(GenerationRequest& request, std::string_view field, std::string_view text,
               int max_prompt_chars = kDefaultMaxPromptChars);

// Names set_field knows, for suggestions.
const std::vector<std::string>& request_fields();

// Everything set_field cannot see alone: a prompt is there, lengths of what was set directly.
void validate(const GenerationRequest& request, int max_prompt_chars = kDefaultMaxPromptChars);

// Request values over the model's defaults.
SamplingSettings effective_sampling(const GenerationRequest& request,
                                    const SamplingSettings& model);

// The seed of track `index` of a request, within 0 .. 2^63 - 1. Track 0 has the seed itself,
// whatever the count, so that a longer series contains the shorter one. A later track has its index
// hashed in, never added: mix(mix(seed) ^ index) without the top bit, mix being SplitMix64's step
// and finaliser.
std::uint64_t track_seed(std::uint64_t seed, int index, int count);

// JSON object with every field that was asked for (members as in docs/FORMATS.md), and back.
std::string to_json(const GenerationRequest& request);
GenerationRequest request_from_json(std::string_view json);

}  // namespace cadenza

// The exact text the model is conditioned on, made from a request by a named template.
#pragma once

#include <string>
#include <vector>

#include "lib/request.h"

namespace cadenza {

// "audiocraft", "natural", "raw".
const std::vector<std::string>& prompt_templates();

// audiocraft: "<prompt>. bpm: 120.0. key: c minor. genre: rock. moods: calm. instrument: piano",
// the form MusicGen's training used (audiocraft's merge_metadata). Throws Error(usage) for a name
// that is not in prompt_templates().
std::string conditioning_text(const GenerationRequest& request);

}  // namespace cadenza

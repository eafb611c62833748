// Fades: half a period of a cosine, so that the slope is zero at both ends and nothing clicks.
// Frame i of an n-frame fade is multiplied by (1 - cos(pi (i + 0.5) / n)) / 2.
#pragma once

#include <cstdint>

#include "lib/audio/audio_buffer.h"

namespace cadenza {

// num_frames longer than the audio is a fade over all of it; 0 changes nothing.
void fade_in(AudioBuffer& audio, std::int64_t num_frames);
void fade_out(AudioBuffer& audio, std::int64_t num_frames);

}  // namespace cadenza

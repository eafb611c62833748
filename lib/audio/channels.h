// One channel to two and back.
#pragma once

#include "lib/audio/audio_buffer.h"

namespace cadenza {

// Mono to stereo repeats the channel; stereo to mono averages the two, so that sound equal in both
// keeps its level and nothing can clip. The same count gives the same samples.
// Throws Error(usage) when either count is not 1 or 2.
AudioBuffer with_channels(AudioBuffer audio, int num_channels);

}  // namespace cadenza

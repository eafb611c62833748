// Is this sound at all? The check at every door of lib/audio, before a filter or an encoder could
// hide or spread the damage: one NaN poisons a whole resampled track, and libsndfile writes it.
#pragma once

#include "lib/audio/audio_buffer.h"

namespace cadenza {

// Throws Error(internal): "non-finite sample at frame 12, channel 1 of 2 (nan)". An empty buffer is
// well formed.
void expect_sound(const AudioBuffer& audio);

}  // namespace cadenza

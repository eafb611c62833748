// Loudness after ITU-R BS.1770 and EBU R 128, by libebur128. The full measure is
// measure_loudness() of lib/audio/finish.h; this is its quick part, for loops.
#pragma once

#include "lib/audio/audio_buffer.h"

namespace cadenza {

// Gated programme loudness. -infinity when gating leaves nothing: silence, less than one block of
// 400 ms, or nothing above -70 LUFS. A mono track counts as one loudspeaker, as in ffmpeg.
double integrated_lufs(const AudioBuffer& audio);

}  // namespace cadenza

// How loud the track is delivered: to a loudness under a true-peak ceiling, or to the ceiling.
#pragma once

#include "lib/audio/audio_buffer.h"

namespace cadenza {

// Silence is never blown up beyond this; a quieter track than target - 40 dB stays below target.
inline constexpr double kMaxGainDb = 40;
// Peaks are pressed down by at most this much to reach the loudness. A sound whose peaks tower
// higher (a lone click) stays quieter than asked rather than being crushed.
inline constexpr double kMaxReductionDb = 20;
// Meters differ a little, and rounding to integers adds a step: room left below the ceiling.
inline constexpr double kMeterMarginDb = 0.1;

// Integrated loudness `lufs` with the true peak at most `ceiling_dbtp`: plain gain where that is
// enough, else gain and a look-ahead limiter. Where loudness has no value (shorter than 400 ms,
// nothing above -70 LUFS) the same as with_true_peak. Silence stays silence.
AudioBuffer with_loudness(AudioBuffer audio, double lufs, double ceiling_dbtp);

// The highest true peak at `ceiling_dbtp` (less the margin), by plain gain.
AudioBuffer with_true_peak(AudioBuffer audio, double ceiling_dbtp);

}  // namespace cadenza

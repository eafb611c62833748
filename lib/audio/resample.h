// Another sample rate, by soxr at its best quality ("VHQ", linear phase: no shift in time).
#pragma once

#include "lib/audio/audio_buffer.h"

namespace cadenza {

// The result has llround(N * sample_rate_hz / audio.sample_rate_hz) frames. The same rate gives the
// same samples. Throws Error(usage) for a rate outside kMinSampleRateHz..kMaxSampleRateHz.
AudioBuffer resample(AudioBuffer audio, int sample_rate_hz);

inline constexpr int kMinSampleRateHz = 8000;
inline constexpr int kMaxSampleRateHz = 192000;

void expect_sample_rate(int sample_rate_hz);

}  // namespace cadenza

// Sound for tests, made by arithmetic: the same on every machine up to rounding of sin().
#pragma once

#include "lib/audio/audio_buffer.h"

namespace cadenza {

// A sine in every channel: amplitude * sin(2 pi frequency n / rate + phase).
AudioBuffer sine(int sample_rate_hz, int num_channels, double duration_s, double frequency_hz,
                 double amplitude, double phase = 0);

// A little band at 120 BPM: four chords, kick, hats. Its drums stand some 17 dB above its loudness,
// so that -14 LUFS under -1 dBTP needs a limiter.
AudioBuffer band(int sample_rate_hz, int num_channels, double duration_s);

// Uniform in -amplitude..amplitude.
AudioBuffer noise(int sample_rate_hz, int num_channels, double duration_s, double amplitude);

// One sample of `amplitude` every `period_s`, the first after half a period.
AudioBuffer clicks(int sample_rate_hz, double duration_s, double period_s, double amplitude);

}  // namespace cadenza

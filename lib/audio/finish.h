// From the model's waveform to the sound that is delivered: silence trimmed, resampled, channels
// matched, faded, brought to a loudness under a true-peak ceiling. Exact in length to the sample.
#pragma once

#include <cstdint>
#include <optional>

#include "lib/audio/audio_buffer.h"

namespace cadenza {

enum class LoudnessMode { lufs, peak, off };

struct FinishOptions {
  std::optional<double> duration_s;   // result has llround(duration_s * rate) frames; absent: all
  std::optional<int> sample_rate_hz;  // absent: the model's
  std::optional<int> num_channels;    // 1 or 2; absent: the model's
  LoudnessMode loudness = LoudnessMode::lufs;
  double loudness_lufs = -14;  // -70..0
  double ceiling_dbtp = -1;    // true peak never exceeds it (lufs and peak modes)
  double fade_in_s = 0, fade_out_s = 0;
  bool trims_silence = false;  // leading and trailing below -60 dBFS; then shorter is right
};

// Throws Error(usage) naming the first field out of range: "fade_in: expected 0..10, found 12".
// For before the model is loaded; finish_audio checks again.
void validate(const FinishOptions& options);

// What was measured on the result (libebur128).
struct LoudnessMeasure {
  double integrated_lufs = 0;  // -inf for silence
  double range_lu = 0;
  double true_peak_dbtp = 0;
  double sample_peak_dbfs = 0;
};

// In this order: channels, sample rate, length (cut, or padded with zeros), silence, fades, level.
// lufs: within 0.5 LU of the target under the ceiling, by a limiter if it must be; a sound whose
// peaks tower too high, or too short or quiet to have a loudness, goes as near as
// lib/audio/leveler.h says. Silence stays silence. Throws Error(usage) for options, Error(internal)
// for NaN or Inf.
AudioBuffer finish_audio(AudioBuffer audio, const FinishOptions& options);
LoudnessMeasure measure_loudness(const AudioBuffer& audio);

}  // namespace cadenza

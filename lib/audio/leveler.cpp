#include "lib/audio/leveler.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "lib/audio/decibel.h"
#include "lib/audio/limiter.h"
#include "lib/audio/loudness.h"
#include "lib/audio/true_peak.h"

namespace cadenza {

namespace {

constexpr double kToleranceLu = 0.05;
constexpr int kMaxRounds = 12;

void scale(AudioBuffer& audio, double gain) {
  for (float& sample : audio.samples) sample = static_cast<float>(sample * gain);
}

AudioBuffer limited(const AudioBuffer& audio, std::span<const float> peaks, double gain,
                    double ceiling) {
  const auto curve = limiting_curve(peaks, gain, audio.sample_rate_hz, {.ceiling = ceiling});
  AudioBuffer result = audio;
  scale(result, gain);
  const auto channels = static_cast<std::size_t>(audio.num_channels);
  for (std::size_t i = 0; i < result.samples.size() && !curve.empty(); ++i)
    result.samples[i] *= curve[i / channels];
  return result;
}

// Limiting takes loudness away, so a gain of 1 dB brings less than 1 LU: the next gain is read off
// the line through the last two tries. The slope is held within bounds that keep steps sane.
class GainSearch {
 public:
  // lufs: without any gain.
  GainSearch(double lufs, double target_lufs, double max_gain_db)
      : target_lufs_(target_lufs),
        max_gain_db_(max_gain_db),
        last_lufs_(lufs),
        gain_db_(std::min(target_lufs - lufs, max_gain_db)) {}

  double gain_db() const { return gain_db_; }

  // Tells what gain_db() gave; false when there is nothing better to try.
  bool advance(double lufs) {
    const double missing = target_lufs_ - lufs;
    const bool is_at_limit = gain_db_ >= max_gain_db_ && missing > 0;
    if (!std::isfinite(lufs) || std::abs(missing) <= kToleranceLu || is_at_limit) return false;
    const double step_db = gain_db_ - last_gain_db_;
    const double slope = step_db == 0 ? 1 : std::clamp((lufs - last_lufs_) / step_db, 0.2, 1.0);
    last_gain_db_ = gain_db_;
    last_lufs_ = lufs;
    gain_db_ = std::min(gain_db_ + missing / slope, max_gain_db_);
    return true;
  }

 private:
  double target_lufs_, max_gain_db_;
  double last_gain_db_ = 0, last_lufs_;
  double gain_db_;
};

// A limiter's moving gain can bend the waveform between two samples a hair above what it measured.
void keep_below(AudioBuffer& audio, double ceiling_dbtp) {
  const double excess_db = gain_to_db(highest_true_peak(audio)) - (ceiling_dbtp - kMeterMarginDb);
  if (excess_db > 0) scale(audio, db_to_gain(-excess_db));
}

}  // namespace

AudioBuffer with_true_peak(AudioBuffer audio, double ceiling_dbtp) {
  const double peak = highest_true_peak(audio);
  if (peak == 0) return audio;
  const double gain_db = ceiling_dbtp - kMeterMarginDb - gain_to_db(peak);
  scale(audio, db_to_gain(std::min(gain_db, kMaxGainDb)));
  return audio;
}

AudioBuffer with_loudness(AudioBuffer audio, double lufs, double ceiling_dbtp) {
  const double measured_lufs = integrated_lufs(audio);
  if (!std::isfinite(measured_lufs)) return with_true_peak(std::move(audio), ceiling_dbtp);

  const auto peaks = true_peaks(audio);
  const double highest = *std::max_element(peaks.begin(), peaks.end());
  const double ceiling = db_to_gain(ceiling_dbtp - kMeterMarginDb);
  const double gain_to_ceiling_db = gain_to_db(ceiling / highest);
  GainSearch search(measured_lufs, lufs,
                    std::min(kMaxGainDb, gain_to_ceiling_db + kMaxReductionDb));
  AudioBuffer result;
  for (int round = 0; round < kMaxRounds; ++round) {
    result = limited(audio, peaks, db_to_gain(search.gain_db()), ceiling);
    if (!search.advance(integrated_lufs(result))) break;
  }
  keep_below(result, ceiling_dbtp);
  return result;
}

}  // namespace cadenza

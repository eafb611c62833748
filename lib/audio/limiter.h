// A look-ahead limiter, as a curve of gains: never more than the ceiling allows, never abrupt.
//
//   true peaks ─► gain each frame needs ─► lowest within ±look-ahead ─► slow recovery ─► smoothing
//
// The smoothing (two running means, a triangle in all) reaches exactly as far as the lowest-within
// step looked, so a smoothed value is a mean of numbers none of which exceeds what its frame needs:
// the ceiling holds at every frame by construction, not by chance. All channels share one curve, so
// the stereo image stands still.
#pragma once

#include <span>
#include <vector>

namespace cadenza {

struct LimiterSettings {
  double ceiling = 1;           // linear
  double look_ahead_s = 0.004;  // the dip before a peak and after it
  double recovery_s = 0.08;     // time constant of the way back
};

// peaks (N), linear, as from true_peaks, already multiplied by `gain` in thought.
// Returns (N) factors in 0..1 to apply on top of `gain`; empty when no frame needs any.
std::vector<float> limiting_curve(std::span<const float> peaks, double gain, int sample_rate_hz,
                                  const LimiterSettings& settings);

}  // namespace cadenza

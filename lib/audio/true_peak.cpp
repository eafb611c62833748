#include "lib/audio/true_peak.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace cadenza {

namespace {

constexpr std::size_t kPhases = 8;
constexpr std::size_t kTaps = 32;  // samples n - 15 .. n + 16 make the points of n .. n + 7/8
constexpr double kHalfWidth = kTaps / 2.0;
constexpr double kKaiserBeta = 8;

using Filter = std::array<std::array<float, kPhases>, kTaps>;

double sinc(double x) {
  return x == 0 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

double kaiser(double x) {  // x in -1..1
  const double inside = std::max(0.0, 1.0 - x * x);
  return std::cyl_bessel_i(0.0, kKaiserBeta * std::sqrt(inside)) /
         std::cyl_bessel_i(0.0, kKaiserBeta);
}

// A windowed sinc for each phase, scaled so that a constant keeps its level. Phase 0 is the sample.
Filter make_filter() {
  Filter filter;
  for (std::size_t phase = 0; phase < kPhases; ++phase) {
    std::array<double, kTaps> taps;
    double sum = 0;
    for (std::size_t k = 0; k < kTaps; ++k) {
      const double distance = static_cast<double>(k) - (kHalfWidth - 1) -
                              static_cast<double>(phase) / static_cast<double>(kPhases);
      taps[k] = sinc(distance) * kaiser(distance / kHalfWidth);
      sum += taps[k];
    }
    for (std::size_t k = 0; k < kTaps; ++k) filter[k][phase] = static_cast<float>(taps[k] / sum);
  }
  return filter;
}

// One channel with zeros around it, so that every frame has all its neighbours.
std::vector<float> padded_channel(const AudioBuffer& audio, int channel) {
  const auto num_frames = static_cast<std::size_t>(audio.num_frames());
  const auto stride = static_cast<std::size_t>(audio.num_channels);
  std::vector<float> padded(num_frames + kTaps);
  for (std::size_t n = 0; n < num_frames; ++n)
    padded[n + kTaps / 2 - 1] = audio.samples[n * stride + static_cast<std::size_t>(channel)];
  return padded;
}

// The phases are the inner loop: eight sums side by side are what the compiler vectorises.
float peak_after(const float* neighbours, const Filter& filter) {
  std::array<float, kPhases> sums{};
  for (std::size_t k = 0; k < kTaps; ++k)
    for (std::size_t phase = 0; phase < kPhases; ++phase)
      sums[phase] += neighbours[k] * filter[k][phase];
  float peak = 0;
  for (const float sum : sums) peak = std::max(peak, std::abs(sum));
  return peak;
}

}  // namespace

std::vector<float> true_peaks(const AudioBuffer& audio) {
  static const Filter filter = make_filter();
  std::vector<float> peaks(static_cast<std::size_t>(audio.num_frames()));
  for (int channel = 0; channel < audio.num_channels; ++channel) {
    const auto samples = padded_channel(audio, channel);
    for (std::size_t n = 0; n < peaks.size(); ++n)
      peaks[n] = std::max(peaks[n], peak_after(samples.data() + n, filter));
  }
  return peaks;
}

double highest_true_peak(const AudioBuffer& audio) {
  const auto peaks = true_peaks(audio);
  return peaks.empty() ? 0.0 : *std::max_element(peaks.begin(), peaks.end());
}

}  // namespace cadenza

#include "tests/support/test_sound.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

namespace cadenza {

namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

template <class Wave>
AudioBuffer render(int sample_rate_hz, int num_channels, double duration_s, Wave wave) {
  AudioBuffer audio{.sample_rate_hz = sample_rate_hz, .num_channels = num_channels};
  const auto num_frames = std::llround(duration_s * sample_rate_hz);
  for (std::int64_t n = 0; n < num_frames; ++n)
    for (int channel = 0; channel < num_channels; ++channel)
      audio.samples.push_back(static_cast<float>(wave(n, channel)));
  return audio;
}

double random_unit(std::uint64_t index) {  // -1..1, a hash of the index
  std::uint64_t bits = (index + 1) * 0xD1342543DE82EF95U;
  bits = (bits ^ (bits >> 32)) * 0xD1342543DE82EF95U;
  return static_cast<double>(bits >> 11) / 4503599627370496.0 - 1.0;
}

double chord(double time_s) {
  constexpr std::array kRoots = {130.81, 110.0, 87.31, 98.0};
  const double root = kRoots[static_cast<std::size_t>(time_s / 2) % kRoots.size()];
  double sum = 0;
  for (const double interval : {1.0, 1.25, 1.5, 2.0})
    for (int partial = 1; partial <= 2; ++partial)
      sum += std::sin(kTwoPi * root * interval * partial * time_s) / (partial * partial);
  return 0.03 * sum;
}

double drums(double time_s, std::uint64_t index) {
  const double since_beat = std::fmod(time_s, 0.5);
  const double since_hat = std::fmod(time_s + 0.25, 0.5);
  const double kick = std::exp(-18 * since_beat) * std::sin(kTwoPi * 60 * since_beat);
  const double snap = std::exp(-400 * since_beat) * random_unit(index);
  const double hat = std::exp(-60 * since_hat) * random_unit(index);
  return 0.5 * kick + 0.4 * snap + 0.15 * hat;
}

}  // namespace

AudioBuffer sine(int sample_rate_hz, int num_channels, double duration_s, double frequency_hz,
                 double amplitude, double phase) {
  return render(sample_rate_hz, num_channels, duration_s, [=](std::int64_t n, int) {
    return amplitude *
           std::sin(kTwoPi * frequency_hz * static_cast<double>(n) / sample_rate_hz + phase);
  });
}

AudioBuffer band(int sample_rate_hz, int num_channels, double duration_s) {
  return render(sample_rate_hz, num_channels, duration_s, [=](std::int64_t n, int channel) {
    const double time_s = static_cast<double>(n) / sample_rate_hz;
    const double pan = channel == 0 ? 1.0 : 0.8;
    return pan * chord(time_s) + drums(time_s, static_cast<std::uint64_t>(n));
  });
}

AudioBuffer noise(int sample_rate_hz, int num_channels, double duration_s, double amplitude) {
  return render(sample_rate_hz, num_channels, duration_s, [=](std::int64_t n, int channel) {
    return amplitude * random_unit(static_cast<std::uint64_t>(n * num_channels + channel));
  });
}

AudioBuffer clicks(int sample_rate_hz, double duration_s, double period_s, double amplitude) {
  const auto period = std::llround(period_s * sample_rate_hz);
  return render(sample_rate_hz, 1, duration_s,
                [=](std::int64_t n, int) { return n % period == period / 2 ? amplitude : 0.0; });
}

}  // namespace cadenza

#include "lib/audio/fade.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cadenza {

namespace {

float fade_gain(std::int64_t frame, std::int64_t num_frames) {
  const double position = (static_cast<double>(frame) + 0.5) / static_cast<double>(num_frames);
  return static_cast<float>(0.5 * (1.0 - std::cos(std::numbers::pi * position)));
}

void scale_frame(AudioBuffer& audio, std::int64_t frame, float gain) {
  for (int c = 0; c < audio.num_channels; ++c)
    audio.samples[static_cast<std::size_t>(frame * audio.num_channels + c)] *= gain;
}

}  // namespace

void fade_in(AudioBuffer& audio, std::int64_t num_frames) {
  const auto length = std::min(num_frames, audio.num_frames());
  for (std::int64_t i = 0; i < length; ++i) scale_frame(audio, i, fade_gain(i, length));
}

void fade_out(AudioBuffer& audio, std::int64_t num_frames) {
  const auto length = std::min(num_frames, audio.num_frames());
  const auto last = audio.num_frames() - 1;
  for (std::int64_t i = 0; i < length; ++i) scale_frame(audio, last - i, fade_gain(i, length));
}

}  // namespace cadenza

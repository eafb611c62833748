#include "lib/audio/channels.h"

#include <fmt/format.h>

#include <utility>

#include "lib/error.h"

namespace cadenza {

namespace {

std::vector<float> repeated(const std::vector<float>& mono) {
  std::vector<float> stereo;
  stereo.reserve(mono.size() * 2);
  for (const float sample : mono) stereo.insert(stereo.end(), {sample, sample});
  return stereo;
}

std::vector<float> averaged(const std::vector<float>& stereo) {
  std::vector<float> mono(stereo.size() / 2);
  for (std::size_t i = 0; i < mono.size(); ++i)
    mono[i] = 0.5F * (stereo[2 * i] + stereo[2 * i + 1]);
  return mono;
}

}  // namespace

AudioBuffer with_channels(AudioBuffer audio, int num_channels) {
  if (audio.num_channels == num_channels) return audio;
  if (audio.num_channels + num_channels != 3)
    fail(ErrorKind::usage, fmt::format("channels: expected 1 or 2, found {} (from {})",
                                       num_channels, audio.num_channels));
  audio.samples = num_channels == 2 ? repeated(audio.samples) : averaged(audio.samples);
  audio.num_channels = num_channels;
  return audio;
}

}  // namespace cadenza

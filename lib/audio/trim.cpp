#include "lib/audio/trim.h"

#include <algorithm>
#include <cmath>

#include "lib/audio/decibel.h"

namespace cadenza {

AudioBuffer trim_silence(AudioBuffer audio) {
  const double threshold = db_to_gain(kSilenceDbfs);
  const auto is_loud = [threshold](float sample) { return std::abs(sample) >= threshold; };
  auto& samples = audio.samples;
  const auto first = std::find_if(samples.begin(), samples.end(), is_loud);
  if (first == samples.end()) return audio;
  const auto last = std::find_if(samples.rbegin(), samples.rend(), is_loud).base() - 1;

  const auto channels = static_cast<std::ptrdiff_t>(audio.num_channels);
  const auto first_frame = (first - samples.begin()) / channels;
  const auto end_frame = (last - samples.begin()) / channels + 1;
  samples.erase(samples.begin() + end_frame * channels, samples.end());
  samples.erase(samples.begin(), samples.begin() + first_frame * channels);
  return audio;
}

}  // namespace cadenza

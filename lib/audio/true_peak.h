// Where the waveform really goes between its samples: the loudest point near every frame, by
// interpolation to eight times the rate.
//
// BS.1770 asks for four times; eight, with a longer filter, reads up to 0.5 dB more near the top of
// the band, so that what a limiter keeps below a ceiling stays below it on other people's meters.
#pragma once

#include <vector>

#include "lib/audio/audio_buffer.h"

namespace cadenza {

// (N): entry n is the largest |waveform|, linear, over all channels, at n, n + 1/8, ... n + 7/8.
std::vector<float> true_peaks(const AudioBuffer& audio);

// The largest of them; 0 for no audio.
double highest_true_peak(const AudioBuffer& audio);

}  // namespace cadenza

// MP3 by LAME itself: a chosen constant bitrate or VBR quality, an ID3v2 tag in front, and the
// Xing/LAME frame that tells players where the sound really begins and ends (gapless).
#pragma once

#include <span>
#include <string>

#include "lib/audio/audio_file.h"

namespace cadenza {

// The nine rates of MPEG audio layer III, and the constant bitrates it has at a rate (empty for
// another rate).
std::span<const int> mp3_sample_rates();
std::span<const int> mp3_bitrates_kbps(int sample_rate_hz);

// tags: cleaned() ones; options and rate: validated ones.
std::string encode_mp3(const AudioBuffer& audio, const EncodeOptions& options,
                       const AudioTags& tags);

}  // namespace cadenza

// WAV: PCM 16, PCM 24 or 32-bit float. No clocks, no PEAK chunk (it holds one): the same sound
// gives the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "lib/audio/audio_file.h"

namespace cadenza {

// tags: cleaned() ones; see lib/audio/wav_marks.h.
std::string encode_wav(const AudioBuffer& audio, const EncodeOptions& options,
                       const AudioTags& tags);

// RIFF counts in 32 bits. Throws Error(usage) with the size when samples and marks do not fit.
void expect_wav_fits(std::int64_t num_frames, int num_channels, SampleFormat bits,
                     std::size_t marks_size_bytes);

}  // namespace cadenza

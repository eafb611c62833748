// FLAC, 16 or 24 bits, marked by Vorbis comments.
#pragma once

#include <string>

#include "lib/audio/audio_file.h"

namespace cadenza {

// tags: cleaned() ones.
std::string encode_flac(const AudioBuffer& audio, const EncodeOptions& options,
                        const AudioTags& tags);

}  // namespace cadenza

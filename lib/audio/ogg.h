// Ogg Vorbis (any rate) and Opus (48 kHz), marked by their comment headers.
#pragma once

#include <string>

#include "lib/audio/audio_file.h"

namespace cadenza {

// tags: cleaned() ones.
std::string encode_vorbis(const AudioBuffer& audio, const AudioTags& tags);
std::string encode_opus(const AudioBuffer& audio, const AudioTags& tags);

}  // namespace cadenza

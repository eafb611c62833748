// The chunks of a WAV file that carry its marks: LIST/INFO, bext (EBU Tech 3285) and iXML.
//
// Built here and not through libsndfile, whose header holds 100 KiB at most (past that it writes a
// broken file without a word) and which signs the software field with its own version.
#pragma once

#include <string>

#include "lib/audio/audio_buffer.h"
#include "lib/audio/audio_file.h"

namespace cadenza {

// Whole chunks, one after the other, to stand before `data`; empty without marks. No clocks: date
// and time of bext stay empty. tags: cleaned() ones.
std::string wav_marks(const AudioTags& tags, const AudioBuffer& audio, SampleFormat bits);

}  // namespace cadenza

// Bytes that encode_audio made, back to sound: what a listener's player will hear.
//
// Not a reader of foreign files: it trusts lengths that only our own encoders vouch for.
#pragma once

#include <string>

#include "lib/audio/audio_buffer.h"

namespace cadenza {

// Any of our formats, through libsndfile; gapless, so the frame count is the encoded one.
// Throws Error(internal).
AudioBuffer decode_audio(std::string bytes);

}  // namespace cadenza

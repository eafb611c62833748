// Silence cut from both ends.
#pragma once

#include "lib/audio/audio_buffer.h"

namespace cadenza {

inline constexpr double kSilenceDbfs = -60;

// Drops leading and trailing frames whose every channel is below kSilenceDbfs. Audio that is silent
// throughout is returned whole: a file of no frames helps nobody.
AudioBuffer trim_silence(AudioBuffer audio);

}  // namespace cadenza

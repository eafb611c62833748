// Finished and encoded so that the promise about level holds for the file as it is played, not only
// for the samples that went into the encoder.
//
// Lossy coding moves peaks, by tenths of a decibel for music and by several for clicks and square
// waves, and low MP3 qualities cut treble and with it loudness. No fixed margin covers that, so the
// encoded bytes are decoded, measured, and made again with what was learned.
#pragma once

#include <string>

#include "lib/audio/audio_file.h"
#include "lib/audio/finish.h"

namespace cadenza {

struct Delivery {
  std::string bytes;         // of the file
  AudioBuffer audio;         // as finished, before encoding
  LoudnessMeasure loudness;  // of the file as decoded
};

// audio: the model's. A sample rate that is not asked for is chosen to suit the format.
// Throws what finish_audio and encode_audio throw.
Delivery deliver_audio(const AudioBuffer& audio, const FinishOptions& finish,
                       const EncodeOptions& encode, const AudioTags& tags);

}  // namespace cadenza

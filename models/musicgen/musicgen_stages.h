// The stages of a track, one at a time: words -> context -> tokens -> waveform. Who calls them in
// which order is MusicgenGenerator's and PackedTracks' affair. Call under with_our_errors and
// InferenceMode, from one thread.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>

#include "lib/generator.h"
#include "models/checkpoint/checkpoint.h"
#include "models/encodec/audio_codec.h"
#include "models/loading_weights.h"
#include "models/musicgen/conditioning.h"
#include "models/musicgen/language_model.h"
#include "models/musicgen/packed_decode.h"

namespace cadenza {

class MusicgenStages {
 public:
  MusicgenStages(std::shared_ptr<const Checkpoint> checkpoint, LoadingWeights& weights,
                 const RuntimeInfo& runtime, PackCache* packs);

  const ModelInfo& model() const { return checkpoint_->info(); }
  const DecoderConfig& decoder_config() const { return checkpoint_->config().decoder; }
  LanguageModel& language_model() { return language_model_; }
  CpuDecoder* packed_decoder() { return language_model_.packed_decoder(); }
  DelayPattern pattern_for(const TrackRequest& request) const;

  // Notes ids and time in the track. The states of a prompt are computed once per run.
  Conditioning encode_text(const TrackRequest& request, Track& track);

  // Guided when guidance > 1 and there is text.
  void begin(PackedDecode& decode, int slot, const TrackRequest& request,
             const Conditioning& text) const;
  // The tokens of a complete slot.
  void take_tokens(const PackedDecode& decode, int slot, Track& track) const;

  // From the track's tokens.
  void decode_audio(Track& track) const;

 private:
  std::shared_ptr<const Checkpoint> checkpoint_;
  at::Device device_;
  TextConditioner conditioner_;
  LanguageModel language_model_;
  AudioCodec codec_;
  std::map<std::string, Conditioning> known_texts_;
};

}  // namespace cadenza

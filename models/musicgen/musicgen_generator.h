// MusicGen behind the Generator interface: words -> context -> tokens -> waveform.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "lib/generator.h"
#include "models/checkpoint/checkpoint.h"
#include "models/encodec/audio_codec.h"
#include "models/loading_weights.h"
#include "models/musicgen/conditioning.h"
#include "models/musicgen/language_model.h"

namespace cadenza {

class MusicgenGenerator final : public Generator {
 public:
  // Reads every weight once, through `weights`. runtime: device ("cpu", "cuda:N") and precision are
  // what to compute with; load_s is filled in.
  MusicgenGenerator(std::shared_ptr<const Checkpoint> checkpoint, LoadingWeights& weights,
                    RuntimeInfo runtime);

  const ModelInfo& model() const override { return checkpoint_->info(); }
  const RuntimeInfo& runtime() const override { return runtime_; }

  // Guided when guidance > 1 and there is text. Throws Error(usage) when num_frames does not fit
  // the model's window.
  Track generate(const TrackRequest& request, ProgressReporter& progress,
                 const StopFlag& stop) override;

 private:
  Conditioning encode_text(const TrackRequest& request, Track& track, ProgressReporter& progress);
  void decode_tokens_of(const TrackRequest& request, const Conditioning& text, Track& track,
                        ProgressReporter& progress, const StopFlag& stop);
  void decode_audio(Track& track, ProgressReporter& progress);

  std::shared_ptr<const Checkpoint> checkpoint_;
  RuntimeInfo runtime_;
  at::Device device_;
  TextConditioner conditioner_;
  LanguageModel language_model_;
  AudioCodec codec_;
};

}  // namespace cadenza

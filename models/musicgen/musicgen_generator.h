// MusicGen behind the Generator interface.
#pragma once

#include <memory>

#include "lib/generator.h"
#include "models/checkpoint/checkpoint.h"
#include "models/loading_weights.h"
#include "models/musicgen/musicgen_stages.h"

namespace cadenza {

class MusicgenGenerator final : public Generator {
 public:
  // Reads every weight once, through `weights`. runtime: device ("cpu", "cuda:N") and precision are
  // what to compute with; load_s is filled in. packs: as CpuDecoderWeights has it.
  MusicgenGenerator(std::shared_ptr<const Checkpoint> checkpoint, LoadingWeights& weights,
                    RuntimeInfo runtime, PackCache* packs = nullptr);

  const ModelInfo& model() const override { return stages_.model(); }
  const RuntimeInfo& runtime() const override { return runtime_; }

  // Throws Error(usage) when num_frames does not fit the model's window.
  Track generate(const TrackRequest& request, ProgressReporter& progress,
                 const StopFlag& stop) override;

  // Tracks share each read of the weights where the device allows it: see PackedTracks.
  void generate_all(TrackQueue& queue, int max_tracks, ProgressReporter& progress,
                    const StopFlag& stop) override;

 private:
  void decode_packed(CpuDecoder& decoder, const TrackRequest& request, const Conditioning& text,
                     Track& track, ProgressReporter& progress, const StopFlag& stop);
  void decode_in_step(const TrackRequest& request, const Conditioning& text, Track& track,
                      ProgressReporter& progress, const StopFlag& stop);

  RuntimeInfo runtime_;
  MusicgenStages stages_;
};

// Throws Error(usage) when the model cannot make so many frames in one go.
void expect_fits(const TrackRequest& request, const ModelInfo& model);

}  // namespace cadenza

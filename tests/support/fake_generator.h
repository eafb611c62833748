// A generator without a neural net: a tone whose pitch depends on the seed, so that tests of what
// comes after the model run in milliseconds.
#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include "lib/generator.h"

namespace cadenza {

// 100 frames of 320 samples a second: a window of 2 s.
inline ModelInfo fake_model() {
  ModelInfo model;
  model.name = "fake";
  model.license = "MIT";
  model.sample_rate_hz = 32000;
  model.num_channels = 1;
  model.num_codebooks = 4;
  model.codebook_size = 16;
  model.samples_per_frame = 320;
  model.window_frames = 200;
  model.sampling_defaults = {.temperature = 0.5, .top_k = 7, .guidance = 2};
  return model;
}

class FakeGenerator final : public Generator {
 public:
  const ModelInfo& model() const override { return model_; }
  const RuntimeInfo& runtime() const override { return runtime_; }

  Track generate(const TrackRequest& request, ProgressReporter& progress,
                 const StopFlag& stop) override {
    requests.push_back(request);
    progress.begin("decode", request.num_frames);
    for (std::int64_t step = 1; step <= request.num_frames; ++step) {
      if (on_step) on_step(step);
      stop.throw_if_requested();
      progress.advance(step);
    }
    progress.end();
    return track(request);
  }

  std::vector<TrackRequest> requests;         // what it was asked, in order
  std::function<void(std::int64_t)> on_step;  // called before each step

 private:
  Track track(const TrackRequest& request) const {
    Track made;
    made.audio.sample_rate_hz = model_.sample_rate_hz;
    const double pitch_hz = 220.0 + static_cast<double>(request.seed % 440);
    for (std::int64_t n = 0; n < request.num_frames * model_.samples_per_frame; ++n)
      made.audio.samples.push_back(
          0.3F * static_cast<float>(std::sin(6.283185307179586 * pitch_hz * static_cast<double>(n) /
                                             model_.sample_rate_hz)));
    made.tokens.num_codebooks = model_.num_codebooks;
    made.tokens.num_frames = request.num_frames;
    made.tokens.codes.assign(static_cast<std::size_t>(model_.num_codebooks * request.num_frames),
                             3);
    made.text_tokens = {5, 1};
    made.stats = {0.25, 0.5, 0.125, request.num_frames + 4};
    return made;
  }

  ModelInfo model_ = fake_model();
  RuntimeInfo runtime_{"cpu", "no processor", "fp32", 1, 0.5};
};

}  // namespace cadenza

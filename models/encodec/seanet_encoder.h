// SEANet's encoder: samples to latent frames, the decoder's mirror image.
//
//   layer 0      conv          1 -> num_filters
//   per ratio    residual blocks, ELU, conv with stride ratio and kernel 2 * ratio (twice the
//   channels) then         LSTM last two     ELU, conv -> F
//
// The ratios are used in reverse. Layers are numbered as in transformers, activations included.
// Maps hold time outermost, (T, C).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"
#include "models/encodec/conv.h"
#include "models/encodec/lstm.h"
#include "models/encodec/map_layer.h"

namespace cadenza {

class SeanetEncoder {
 public:
  static constexpr std::int64_t kFramesPerStretch = 128;

  // Reads "audio_encoder.encoder.layers.*".
  SeanetEncoder(const CodecConfig& config, const WeightReader& weights, const at::Device& device);

  // samples (N, 1) -> latent (ceil(N / hop), F). `layers`, for the parity tests, receives the
  // output of every numbered layer. frames_per_stretch: as SeanetDecoder's.
  at::Tensor forward(const at::Tensor& samples, std::vector<at::Tensor>* layers = nullptr,
                     std::int64_t frames_per_stretch = kFramesPerStretch) const;

 private:
  std::vector<std::unique_ptr<const MapLayer>> layers_;  // all before the LSTM
  Lstm lstm_;
  Conv last_;
};

}  // namespace cadenza

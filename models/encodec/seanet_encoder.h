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

#include <vector>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"
#include "models/encodec/conv.h"
#include "models/encodec/lstm.h"
#include "models/encodec/resblock.h"

namespace cadenza {

class SeanetEncoder {
 public:
  // Reads "audio_encoder.encoder.layers.*".
  SeanetEncoder(const CodecConfig& config, const WeightReader& weights, const at::Device& device);

  // samples (N, 1) -> latent (ceil(N / hop), F). `layers`, for the parity tests, receives the
  // output of every numbered layer.
  at::Tensor forward(const at::Tensor& samples, std::vector<at::Tensor>* layers = nullptr) const;

 private:
  struct Stage {
    std::vector<Resblock> blocks;
    Conv downsample;
  };

  Conv first_;
  std::vector<Stage> stages_;
  Lstm lstm_;
  Conv last_;
};

}  // namespace cadenza

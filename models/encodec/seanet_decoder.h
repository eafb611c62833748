// SEANet's decoder: latent frames to samples.
//
//   layer 0      conv          F -> num_filters * 2^ratios
//   layer 1      LSTM
//   per ratio    ELU, transposed conv (half the channels, ratio times the rows), residual blocks
//   last two     ELU, conv -> 1
//
// Layers are numbered as in transformers' ModuleList, activations included: the numbers are part of
// the weights' names and follow from the configuration. Maps hold time outermost, (T, C).
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"
#include "models/encodec/conv.h"
#include "models/encodec/lstm.h"
#include "models/encodec/resblock.h"
#include "models/encodec/transposed_conv.h"

namespace cadenza {

class SeanetDecoder {
 public:
  // Reads "audio_encoder.decoder.layers.*".
  SeanetDecoder(const CodecConfig& config, const WeightReader& weights, const at::Device& device);

  // latent (T, F) -> samples (T * hop, 1). `layers`, for the parity tests, receives the output of
  // every numbered layer; without it at most two maps are alive at a time.
  at::Tensor forward(const at::Tensor& latent, std::vector<at::Tensor>* layers = nullptr) const;

 private:
  struct Stage {
    TransposedConv upsample;
    std::vector<Resblock> blocks;
  };

  Conv first_;
  Lstm lstm_;
  std::vector<Stage> stages_;
  Conv last_;
};

}  // namespace cadenza

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

#include <cstdint>
#include <memory>
#include <vector>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"
#include "models/encodec/conv.h"
#include "models/encodec/lstm.h"
#include "models/encodec/map_layer.h"

namespace cadenza {

class SeanetDecoder {
 public:
  // 21 MB in the widest map, and still several pieces of work in the narrow ones.
  static constexpr std::int64_t kFramesPerStretch = 128;

  // Reads "audio_encoder.decoder.layers.*".
  SeanetDecoder(const CodecConfig& config, const WeightReader& weights, const at::Device& device);

  // latent (T, F) -> samples (T * hop, 1). `layers`, for the parity tests, receives the output of
  // every numbered layer; without it memory does not grow with T, but for latent and samples.
  // frames_per_stretch: how much is worked on at a time; it does not change a bit of the result.
  at::Tensor forward(const at::Tensor& latent, std::vector<at::Tensor>* layers = nullptr,
                     std::int64_t frames_per_stretch = kFramesPerStretch) const;

 private:
  Conv first_;
  Lstm lstm_;
  std::int64_t hop_ = 1;
  std::vector<std::unique_ptr<const MapLayer>> layers_;  // all behind the LSTM
};

}  // namespace cadenza

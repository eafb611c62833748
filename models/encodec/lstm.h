// EnCodec's LSTM: one direction, zero initial state, its input added to its output.
//
// It sees the whole clip, so a clip cannot be decoded in parts. at::lstm computes every layer's
// input products at once and gives the same bits for any number of threads.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "models/checkpoint/weights.h"

namespace cadenza {

class Lstm {
 public:
  // Reads "<name>.lstm.{weight_ih,weight_hh,bias_ih,bias_hh}_l{i}"; gates in the order i, f, g, o.
  Lstm(const WeightReader& weights, const std::string& name, std::int64_t channels,
       std::int64_t num_layers, const at::Device& device);

  // map (T, C) -> map + lstm(map) (T, C).
  at::Tensor forward(const at::Tensor& map) const;

 private:
  std::int64_t num_layers_;
  std::vector<at::Tensor> parameters_;
};

}  // namespace cadenza

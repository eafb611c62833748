// EnCodec's LSTM: one direction, zero initial state, its input added to its output.
//
// It sees the whole clip, so a clip cannot be decoded in parts. The same bits for any number of
// threads.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/checkpoint/weights.h"
#include "models/encodec/cpu_lstm.h"

namespace cadenza {

class Lstm {
 public:
  // Reads "<name>.lstm.{weight_ih,weight_hh,bias_ih,bias_hh}_l{i}"; gates in the order i, f, g, o.
  Lstm(const WeightReader& weights, const std::string& name, std::int64_t channels,
       std::int64_t num_layers, const at::Device& device);

  // map (T, C) -> map + lstm(map) (T, C).
  at::Tensor forward(const at::Tensor& map) const;

 private:
  // On a CPU, with C a multiple of 16; elsewhere at::lstm.
  struct CpuLayer {
    at::Tensor input_weight;  // (C, 4 C)
    at::Tensor bias;          // (4 C): the sum of both
    CpuLstmLayer recurrent;
  };

  at::Tensor run_on_cpu(const at::Tensor& map) const;
  at::Tensor run_by_operator(const at::Tensor& map) const;

  std::int64_t num_layers_;
  std::vector<CpuLayer> cpu_layers_;
  std::unique_ptr<ThreadPool> pool_;
  std::vector<at::Tensor> parameters_;  // of at::lstm
};

}  // namespace cadenza

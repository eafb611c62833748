// The T5 v1.0 encoder: token ids to hidden states. Always fp32: T5 overflows in half precision.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"

namespace cadenza {

class TextEncoder {
 public:
  TextEncoder(const T5Config& config, const WeightReader& weights, const at::Device& device);
  ~TextEncoder();

  // ids (B, L) int64, mask (B, L) with 1 for text and 0 for padding -> hidden (B, L, d_model) fp32.
  // A row's result does not depend on the padding or on its neighbours.
  at::Tensor encode(const at::Tensor& ids, const at::Tensor& mask) const;

  // For the parity tests: output of each block, then of the final norm.
  std::vector<at::Tensor> encode_layers(const at::Tensor& ids, const at::Tensor& mask) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// bucket of (key position - query position); see T5's relative attention, bidirectional form.
std::int64_t relative_position_bucket(std::int64_t relative_position, std::int64_t num_buckets,
                                      std::int64_t max_distance);

}  // namespace cadenza

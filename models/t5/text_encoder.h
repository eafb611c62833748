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

  // ids (B, L) int64 below the vocabulary size, mask (B, L) with 1 for text and 0 for padding
  // -> hidden (B, L, d_model) fp32.
  // A row's result does not depend on the padding or on its neighbours, bit for bit. Behind a row's
  // last text position hidden is zero; padding before it is masked.
  at::Tensor encode(const at::Tensor& ids, const at::Tensor& mask) const;

  // For the parity tests: output of each block, then of the final norm, (B, L, d_model) each.
  std::vector<at::Tensor> encode_layers(const at::Tensor& ids, const at::Tensor& mask) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The table of relative position biases (num_buckets, H) spread over a text -> (H, L, L): what is
// added to the score of (query, key). See models/t5/relative_position.h.
at::Tensor position_bias(const at::Tensor& table, const T5Config& config, std::int64_t length);

}  // namespace cadenza

// The decoder's blocks with libtorch's own operators, on any device: what CUDA runs on, and the
// readable reference that the packed CPU decoder is compared with.
//
// Precision: matrices and KV cache in the given type; norms, residual, heads and logits in fp32.
// Rounding logits to half precision would be tripled by guidance.
#pragma once

#include <vector>

#include "models/checkpoint/config.h"
#include "models/musicgen/aten_layer.h"
#include "models/musicgen/decoder_backend.h"

namespace cadenza {

class AtenDecoder final : public DecoderBackend {
 public:
  AtenDecoder(const DecoderConfig& config, const WeightSource& source);

  void reset(std::int64_t batch, std::int64_t max_steps,
             const std::vector<RowContext>& texts) override;
  // states also receives "layer<i>.self_attn" and, per text, "layer<i>.cross_attn".
  at::Tensor forward(const at::Tensor& x, bool only_last, LayerStates* states) override;
  std::int64_t length() const override { return cache_.length(); }
  void forget_columns() override { cache_.clear(); }

 private:
  DecoderConfig config_;
  at::TensorOptions cache_options_;
  std::vector<AtenLayer> layers_;
  LayerNorm final_norm_;
  AtenLinear heads_;  // (K * V, D)

  AtenCache cache_;
  std::vector<std::vector<RowText>> texts_;  // by layer
};

}  // namespace cadenza

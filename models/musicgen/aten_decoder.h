// The decoder with libtorch's own operators, on any device: what CUDA runs on, and the readable
// reference that the fast CPU decoder is compared with.
//
// K embedding tables summed, sinusoidal positions, blocks (aten_layer.h), a final norm, K heads.
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
  // Throws what the reader throws.
  AtenDecoder(const DecoderConfig& config, const WeightSource& source);

  void reset(const std::vector<at::Tensor>& contexts, std::int64_t max_steps) override;
  at::Tensor feed(const at::Tensor& tokens) override;
  std::int64_t num_rows() const override { return cache_.batch(); }
  std::int64_t length() const override { return cache_.length(); }

  // For the parity tests, right after reset: tokens (B, K, S) -> the logits of every column
  // (B, K, S, V). states, unless nullptr, receives "input", "layer<i>.self_attn", one
  // "layer<i>.cross_attn" per text, "layer<i>", "final_norm".
  at::Tensor feed_all(const at::Tensor& tokens, LayerStates* states = nullptr);

 private:
  at::Tensor embed(const at::Tensor& tokens) const;                      // -> (B, S, D)
  at::Tensor run_layers(const at::Tensor& tokens, LayerStates* states);  // -> (B, S, D)
  at::Tensor logits(const at::Tensor& final_state) const;                // -> (B, K, S, V)

  DecoderConfig config_;
  at::TensorOptions cache_options_;
  at::Tensor tables_;   // (K * (V + 1), D): the codebooks' embedding tables, stacked
  at::Tensor offsets_;  // (K, 1): where each begins
  std::vector<AtenLayer> layers_;
  LayerNorm final_norm_;
  AtenLinear heads_;  // (K * V, D)

  // Of the streams begun by reset.
  AtenCache cache_;
  at::Tensor positions_;                     // (max_steps, D)
  std::vector<std::vector<RowText>> texts_;  // by layer
};

}  // namespace cadenza

// The decoder transformer behind three verbs: reset, prefill, step.
//
// Follows MusicgenForCausalLM of transformers: pre-norm blocks of causal self-attention, cross-
// attention on the text, erf-GELU feed-forward; K embedding tables summed, K heads; sinusoidal
// positions (cosines first, divided by half - 1). Keys and values live in a buffer sized once.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"

namespace cadenza {

class LanguageModel {
 public:
  // precision: "fp32" or "bf16" (weights and KV cache; norms, residual and logits stay fp32).
  LanguageModel(const DecoderConfig& config, const WeightReader& weights, const at::Device& device,
                const std::string& precision, bool allow_nonfinite);
  ~LanguageModel();

  // Begins new streams. context (B, L, D) fp32: projected text; mask (B, L), 0 for padding. A row
  // whose mask is all zero is a null stream: its cross-attention contributes exactly nothing.
  // max_steps: columns that will be fed in all; the cache is sized for them.
  void reset(const at::Tensor& context, const at::Tensor& mask, std::int64_t max_steps);

  // tokens (B, K, S) int64, ids up to the special token -> logits of the last column (B, K, V) fp32.
  at::Tensor prefill(const at::Tensor& tokens);
  // tokens (B, K, 1) -> logits (B, K, V) fp32.
  at::Tensor step(const at::Tensor& tokens);

  // For the parity tests: one uncached forward over all columns -> logits (B, K, S, V); `layers`
  // receives the named intermediate states.
  at::Tensor forward_all(const at::Tensor& tokens,
                         std::vector<std::pair<std::string, at::Tensor>>* layers = nullptr);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// positions p .. p + count - 1 -> (count, D) fp32, by transformers' fp32 recipe.
at::Tensor sinusoidal_positions(std::int64_t first, std::int64_t count, std::int64_t width);

}  // namespace cadenza

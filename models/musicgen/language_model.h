// The decoder transformer behind three verbs: reset, prefill, step.
//
// Follows MusicgenForCausalLM of transformers: K embedding tables summed, sinusoidal positions,
// pre-norm blocks (aten_layer.h is their readable form), a final norm, K heads. Keys and values
// live in a buffer sized once; the text's are computed once per reset.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"
#include "models/musicgen/decoder_backend.h"

namespace cadenza {

class PackCache;

// Which implementation computes the network. fastest: CpuDecoder on a CPU, ATen elsewhere.
enum class DecoderKind { fastest, aten };

class LanguageModel {
 public:
  // precision: "fp32", "bf16", on a CPU "int8" and "int4", on CUDA "fp16": of matrices and KV
  // cache; norms, residual, softmax and logits stay fp32. packs: as CpuDecoderWeights has it.
  // Throws whatever the reader throws.
  LanguageModel(const DecoderConfig& config, const WeightReader& weights, const at::Device& device,
                const std::string& precision, DecoderKind kind = DecoderKind::fastest,
                PackCache* packs = nullptr);
  ~LanguageModel();

  const DecoderConfig& config() const { return config_; }

  // The decoder whose rows may stand at different columns; nullptr where there is none (not on a
  // CPU). Using it ends the streams begun here.
  CpuDecoder* packed_decoder() { return backend_->packed_decoder(); }

  // Begins new streams. context (B, L, D) fp32: projected text; mask (B, L), 0 for padding. A row
  // whose mask is all zero is a null stream: its cross-attention contributes exactly nothing. A
  // row's results depend neither on its padding nor on the other rows.
  // max_steps: columns that will be fed in all; the cache is sized for them.
  void reset(const at::Tensor& context, const at::Tensor& mask, std::int64_t max_steps);

  // tokens (B, K, S) int64, ids up to the special token -> logits of the last column (B, K, V)
  // fp32. Once, right after reset.
  at::Tensor prefill(const at::Tensor& tokens);
  // tokens (B, K, 1) -> logits (B, K, V) fp32.
  at::Tensor step(const at::Tensor& tokens);

 private:
  at::Tensor feed(const at::Tensor& tokens);

  DecoderConfig config_;
  std::unique_ptr<DecoderBackend> backend_;
  std::int64_t max_steps_ = 0;
};

}  // namespace cadenza

// One pre-norm block of the decoder, after transformers' MusicgenDecoderLayer:
//
//     x += out(attention(q, k, v of norm(x)))          causal, over the columns so far
//     x += out(attention(q of norm(x), text))          over the text; null rows are left alone
//     x += fc2(gelu(fc1(norm(x))))                     erf GELU, not tanh
//
// No linear layer has a bias; every norm has, with epsilon 1e-5. The residual stream x stays fp32.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/checkpoint/config.h"
#include "models/musicgen/aten_cache.h"
#include "models/musicgen/aten_linear.h"

namespace cadenza {

// Named intermediate states, for the parity tests.
using LayerStates = std::vector<std::pair<std::string, at::Tensor>>;

class LayerNorm {
 public:
  LayerNorm() = default;
  // prefix: "….self_attn_layer_norm"
  LayerNorm(const WeightSource& source, const std::string& prefix);
  at::Tensor operator()(const at::Tensor& x) const;  // (..., D) -> (..., D)

 private:
  at::Tensor weight_, bias_;
};

// The text of one conditional row as one layer sees it.
struct RowText {
  std::int64_t row;     // of the batch
  KeysValues attended;  // (1, H, L, E)
};

class AtenLayer {
 public:
  AtenLayer(const DecoderConfig& config, const WeightSource& source, std::int64_t index);

  // context (1, L, D) fp32: projected text without padding -> keys and values (1, H, L, E).
  KeysValues attended_text(const at::Tensor& context) const;

  // x (B, S, D) fp32, changed in place. Appends S columns to the cache. states: may be nullptr.
  void forward(at::Tensor& x, AtenCache& cache, const std::vector<RowText>& text,
               LayerStates* states) const;

 private:
  at::Tensor self_attention(const at::Tensor& x, AtenCache& cache) const;
  at::Tensor cross_attention(const at::Tensor& x, const RowText& text) const;
  at::Tensor heads_apart(const at::Tensor& x) const;     // (B, S, D) -> (B, H, S, E)
  at::Tensor heads_together(const at::Tensor& x) const;  // and back, in fp32
  void keep(LayerStates* states, const char* name, const at::Tensor& value) const;

  std::int64_t index_, num_heads_;
  at::ScalarType dtype_;
  LayerNorm self_norm_, cross_norm_, ffn_norm_;
  AtenLinear qkv_, self_out_;
  AtenLinear cross_q_, cross_kv_, cross_out_;
  AtenLinear fc1_, fc2_;
};

}  // namespace cadenza

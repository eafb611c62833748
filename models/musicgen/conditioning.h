// What the language model hears of the words: token ids, T5's hidden states, projected to its
// width.
//
// The mask multiplies after the projection, bias included: padding and null streams are zero
// vectors there. Projecting zeros would leave the bias behind and sound plausible.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"
#include "models/t5/text_encoder.h"
#include "models/t5/tokenizer.h"

namespace cadenza {

// enc_to_dec_proj: a linear layer with a bias, or nothing when T5 and decoder have the same width.
class TextProjection {
 public:
  TextProjection(const MusicgenConfig& config, const WeightReader& weights,
                 const at::Device& device);

  // hidden (B, L, d_model) fp32, mask (B, L) -> context (B, L, D) fp32, exactly 0 where mask is 0.
  at::Tensor operator()(const at::Tensor& hidden, const at::Tensor& mask) const;

 private:
  at::Tensor weight_, bias_;  // undefined: the identity
};

// One row of conditioning. Without text: no ids, one masked zero vector.
struct Conditioning {
  std::vector<std::int32_t> ids;  // with the end token
  at::Tensor context;             // (1, L, D) fp32
  at::Tensor mask;                // (1, L) int64
};

class TextConditioner {
 public:
  // sentencepiece_model: checked before.
  TextConditioner(const MusicgenConfig& config, const WeightReader& weights,
                  std::string_view sentencepiece_model, const at::Device& device);

  // Empty text means unconditioned; a single space does not, it is conditioned on the end token.
  Conditioning encode(const std::string& text) const;

 private:
  Tokenizer tokenizer_;
  TextEncoder encoder_;
  TextProjection projection_;
  at::Device device_;
  std::int64_t width_;
};

}  // namespace cadenza

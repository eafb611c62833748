// Residual vector quantisation: each codebook encodes what the ones before it left over.
//
//   encode   r = latent;  per codebook: code = the nearest entry e by |r - e|^2, r = r - e
//   decode   latent = sum of the entries, codebook 0 first
//
// The distance is written |r|^2 - 2 r e + |e|^2 as in both references; on a tie the first entry
// wins.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"

namespace cadenza {

class ResidualVq {
 public:
  // Reads "audio_encoder.quantizer.layers.<q>.codebook.embed" (V, F) for every quantizer.
  ResidualVq(const CodecConfig& config, const WeightReader& weights, const at::Device& device);

  // latent (T, F) -> codes (K, T) int64.
  at::Tensor encode(const at::Tensor& latent) const;

  // codes (K, T) int64, all below V -> latent (T, F).
  at::Tensor decode(const at::Tensor& codes) const;

 private:
  std::vector<at::Tensor> codebooks_;  // K of (V, F)
};

}  // namespace cadenza

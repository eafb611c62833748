// EnCodec at 32 kHz: waveform to codec tokens and back (SEANet + LSTM + residual VQ). fp32 always.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"

namespace cadenza {

class AudioCodec {
 public:
  // Reads "audio_encoder.*" from weights. with_encoder: continuation and melody need it; plain
  // generation does not, and then its weights are neither read nor kept.
  AudioCodec(const CodecConfig& config, const WeightReader& weights, const at::Device& device,
             bool with_encoder);
  ~AudioCodec();

  // codes (B, K, T) int64, every id below the codebook size -> waveform (B, 1, N), N = T * hop.
  at::Tensor decode(const at::Tensor& codes) const;

  // waveform (B, 1, N) fp32 at the codec's rate -> codes (B, K, T) int64, T = ceil(N / hop).
  at::Tensor encode(const at::Tensor& waveform) const;

  // Stereo models interleave two mono streams: codebook 2q is left, 2q + 1 right.
  // codes (B, 2K, T) -> waveform (B, 2, N), and back.
  at::Tensor decode_stereo(const at::Tensor& codes) const;
  at::Tensor encode_stereo(const at::Tensor& waveform) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cadenza

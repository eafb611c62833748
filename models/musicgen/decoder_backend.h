// What LanguageModel asks of whoever computes the network. Two implementations: AtenDecoder, on any
// device and readable beside the paper, and CpuBackend over CpuDecoder, the fast one on a CPU. They
// agree to rounding; tests/model runs the same rules over both.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace cadenza {

class CpuDecoder;

class DecoderBackend {
 public:
  virtual ~DecoderBackend() = default;

  // Begins one stream per context: the row's projected text (L, D) fp32 at its true length, without
  // padding, so that a row alone and a row in a padded batch compute the same. L = 0: a null
  // stream, which skips cross-attention. max_steps: columns that will be fed in all.
  virtual void reset(const std::vector<at::Tensor>& contexts, std::int64_t max_steps) = 0;

  // tokens (B, K, S) int64: the columns behind those already fed; S > 1 only right after reset ->
  // logits of the last one (B, K, V) fp32.
  virtual at::Tensor feed(const at::Tensor& tokens) = 0;

  virtual std::int64_t num_rows() const = 0;  // B
  virtual std::int64_t length() const = 0;    // columns fed since reset

  // See LanguageModel.
  virtual CpuDecoder* packed_decoder() { return nullptr; }
};

}  // namespace cadenza

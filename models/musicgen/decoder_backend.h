// What LanguageModel asks of whoever computes its blocks. Two implementations: AtenDecoder, on any
// device and readable beside the paper, and PackedDecoder, the fast one on a CPU. They agree to
// rounding; tests/model runs the same rules over both.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cadenza {

// The text of one conditional row: its true length, no padding, so that a row alone and a row in a
// padded batch compute the same.
struct RowContext {
  std::int64_t row;    // of the batch
  at::Tensor context;  // (L, D) fp32
};

// Named intermediate states, for the parity tests.
using LayerStates = std::vector<std::pair<std::string, at::Tensor>>;

class DecoderBackend {
 public:
  virtual ~DecoderBackend() = default;

  // New streams: B rows, room for max_steps columns. Rows without a text skip cross-attention.
  virtual void reset(std::int64_t batch, std::int64_t max_steps,
                     const std::vector<RowContext>& texts) = 0;

  // x (B, S, D) fp32: embedded tokens, positions added; the columns behind those already fed ->
  // logits (B, S, K * V) fp32, or of the last column only, (B, 1, K * V). states: may be nullptr;
  // receives at least "layer<i>" and "final_norm".
  virtual at::Tensor forward(const at::Tensor& x, bool only_last, LayerStates* states) = 0;

  // Columns fed since reset, or since this was called with 0.
  virtual std::int64_t length() const = 0;
  virtual void forget_columns() = 0;
};

}  // namespace cadenza

// A transposed convolution of EnCodec, kernel 2s and stride s, as two matrix products.
//
// Every input row writes 2s output rows, s of which overlap with its neighbour's. Seen from a block
// of s output rows (one run of memory, since maps hold time outermost) only two input rows matter:
//
//   block t (s * Cout) = bias + x[t] (Cin) x first half + x[t - 1] (Cin) x second half
//
// for t = 0 .. T, x[-1] = x[T] = 0. Of the (T + 1) * s rows ceil(s / 2) are trimmed on the left and
// floor(s / 2) on the right; with s = 5 a trim of 2 on the left would shift everything by a sample.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "models/checkpoint/weights.h"
#include "models/encodec/conv.h"

namespace cadenza {

class TransposedConv final : public MapLayer {
 public:
  // Reads "<name>.conv.weight" (Cin, Cout, 2 * stride) and "<name>.conv.bias" (Cout). An ELU goes
  // before it.
  TransposedConv(const WeightReader& weights, const std::string& name, std::int64_t in_channels,
                 std::int64_t out_channels, std::int64_t stride, const at::Device& device);

  // map (T, Cin) -> (T * stride, Cout), contiguous.
  std::int64_t output_rows(std::int64_t input_rows) const override { return input_rows * stride_; }
  RowRange looks_at(RowRange output) const override;
  std::int64_t cut_after(std::int64_t end) const override;
  at::Tensor forward_rows(const MapWindow& input, RowRange output) const override;
  bool has_elu_before() const override { return true; }

 private:
  std::int64_t trim_left() const { return stride_ - stride_ / 2; }
  std::int64_t piece() const { return rows_per_piece(stride_ * out_channels_); }  // in blocks
  void forward_piece(const MapWindow& input, std::int64_t first, at::Tensor out) const;

  std::int64_t out_channels_, stride_;
  at::Tensor halves_[2];  // (Cin, stride * Cout) each
  at::Tensor bias_;       // (stride * Cout): the bias for every row of a block
};

}  // namespace cadenza

// A convolution of EnCodec as matrix products over maps that hold time outermost: map (T, C).
//
// With time outermost a window of k rows is one run of memory, so each group of `stride` taps is a
// plain matrix product of shifted rows, with nothing copied:
//
//   out (T', Cout) = bias + sum over g of  rows[t * stride + g * stride ...] (T', stride * Cin)
//                                           x weight[g] (stride * Cin, Cout)
//
// This is 2 to 6 times faster on a CPU than conv1d on (C, T) maps where channels are few and rows
// many, which is where the decoder spends its time. Padding: models/encodec/padding.h.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "models/checkpoint/weights.h"
#include "models/encodec/map_layer.h"
#include "models/encodec/padding.h"

namespace cadenza {

// What happens to a map on its way into a layer.
enum class Activation { none, elu };

struct ConvShape {
  std::int64_t in_channels = 1;
  std::int64_t out_channels = 1;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;  // 1 where the stride is not
  Activation before = Activation::none;
};

class Conv final : public MapLayer {
 public:
  // Reads "<name>.conv.weight" (Cout, Cin, k) and "<name>.conv.bias" (Cout).
  Conv(const WeightReader& weights, const std::string& name, const ConvShape& shape,
       bool is_reflect, const at::Device& device);

  // map (T, Cin) -> (ceil(T / stride), Cout).
  std::int64_t output_rows(std::int64_t input_rows) const override;
  RowRange looks_at(RowRange output) const override;
  std::int64_t cut_after(std::int64_t end) const override;
  at::Tensor forward_rows(const MapWindow& input, RowRange output) const override;
  bool has_elu_before() const override { return shape_.before == Activation::elu; }

  // Output rows from `first` on, into out (rows, Cout): one piece of the work. The rows it looks at
  // are padded and activated for this piece only.
  void forward_piece(const MapWindow& input, std::int64_t first, const at::Tensor& out) const;

  const ConvShape& shape() const { return shape_; }

 private:
  Padding padding(std::int64_t input_rows) const;
  std::int64_t piece() const;

  ConvShape shape_;
  bool is_reflect_;
  at::Tensor weight_;  // (k * Cin, Cout)
  at::Tensor bias_;    // (Cout)
};

// How many rows of a map one piece of work holds: enough for a fast product, few enough to stay in
// a core's own cache from one product to the next.
std::int64_t rows_per_piece(std::int64_t channels);

// The first multiple of `piece` at or after `end`.
std::int64_t round_up(std::int64_t end, std::int64_t piece);

}  // namespace cadenza

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

namespace cadenza {

struct ConvShape {
  std::int64_t in_channels = 1;
  std::int64_t out_channels = 1;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;  // 1 where the stride is not
};

// What happens to a map on its way into a layer.
enum class Activation { none, elu };

class Conv {
 public:
  // Reads "<name>.conv.weight" (Cout, Cin, k) and "<name>.conv.bias" (Cout).
  Conv(const WeightReader& weights, const std::string& name, const ConvShape& shape,
       bool is_reflect, const at::Device& device);

  // map (T, Cin) -> (ceil(T / stride), Cout).
  at::Tensor forward(const at::Tensor& map, Activation before) const;

  // Rows first .. first + out.size(0) of forward(map, before), into out (rows, Cout): one piece of
  // the work. The rows it looks at are padded and activated for this piece only.
  void forward_rows(const at::Tensor& map, Activation before, std::int64_t first,
                    const at::Tensor& out) const;

  const ConvShape& shape() const { return shape_; }

 private:
  ConvShape shape_;
  bool is_reflect_;
  at::Tensor weight_;  // (k * Cin, Cout)
  at::Tensor bias_;    // (Cout)
};

// How many rows of a map one piece of work holds: enough for a fast product, few enough to stay in
// a core's own cache from one product to the next.
std::int64_t rows_per_piece(std::int64_t channels);

}  // namespace cadenza

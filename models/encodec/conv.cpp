#include "models/encodec/conv.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/elu.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <tuple>

#include "models/encodec/padding.h"
#include "models/fixed_pieces.h"
#include "models/read_tensor.h"

namespace cadenza {

namespace {

// Rows first .. first + count of the padded map; rows before 0 and after the end are padding.
at::Tensor padded_rows(const at::Tensor& map, std::int64_t first, std::int64_t count,
                       const Padding& padding, bool is_reflect) {
  const std::int64_t rows = map.size(0);
  if (first >= 0 && first + count <= rows) return map.narrow(0, first, count);
  at::Tensor padded = at::zeros({count, map.size(1)}, map.options());
  const std::int64_t inside = std::max<std::int64_t>(first, 0);
  const std::int64_t num_inside = std::min(first + count, rows) - inside;
  if (num_inside > 0)
    padded.narrow(0, inside - first, num_inside).copy_(map.narrow(0, inside, num_inside));
  for (std::int64_t i = 0; i < count; ++i) {
    const bool is_inside = first + i >= 0 && first + i < rows;
    const std::int64_t source = padded_row(first + i, rows, padding, is_reflect);
    if (!is_inside && source >= 0) padded.select(0, i).copy_(map.select(0, source));
  }
  return padded;
}

}  // namespace

std::int64_t rows_per_piece(std::int64_t channels) {
  constexpr std::int64_t kFloatsPerPiece = 1 << 17;
  return std::clamp<std::int64_t>(kFloatsPerPiece / channels, 128, 1024);
}

Conv::Conv(const WeightReader& weights, const std::string& name, const ConvShape& shape,
           bool is_reflect, const at::Device& device)
    : shape_(shape), is_reflect_(is_reflect) {
  const auto [in, out, kernel] = std::tuple(shape.in_channels, shape.out_channels, shape.kernel);
  const at::Tensor stored = read_tensor(weights, name + ".conv.weight", {out, in, kernel});
  weight_ = stored.permute({2, 1, 0}).contiguous().view({kernel * in, out}).to(device);
  bias_ = read_tensor(weights, name + ".conv.bias", {out}).to(device);
}

at::Tensor Conv::forward(const at::Tensor& map, Activation before) const {
  const std::int64_t rows = (map.size(0) + shape_.stride - 1) / shape_.stride;
  const at::Tensor out = at::empty({rows, shape_.out_channels}, map.options());
  const std::int64_t piece =
      rows_per_piece(std::max(shape_.out_channels, shape_.stride * shape_.in_channels));
  for_each_piece(map.device(), rows, piece, [&](std::int64_t first, std::int64_t count) {
    forward_rows(map, before, first, out.narrow(0, first, count));
  });
  return out;
}

void Conv::forward_rows(const at::Tensor& map, Activation before, std::int64_t first,
                        const at::Tensor& out) const {
  const auto [in, out_channels, kernel, stride, dilation] = shape_;
  const Padding padding = same_padding(map.size(0), kernel, stride, dilation);
  const std::int64_t rows = out.size(0);
  const std::int64_t reach = (rows - 1) * stride + (kernel - 1) * dilation + 1;
  at::Tensor window = padded_rows(map, first * stride - padding.left, reach, padding, is_reflect_);
  if (before == Activation::elu) window = at::elu(window);
  at::Tensor sum = out;
  for (std::int64_t tap = 0; tap < kernel; tap += stride) {
    const std::int64_t width = std::min(stride, kernel - tap) * in;
    const at::Tensor shifted = window.narrow(0, tap * dilation, window.size(0) - tap * dilation)
                                   .as_strided({rows, width}, {stride * in, 1});
    const at::Tensor weight = weight_.narrow(0, tap * in, width);
    if (tap == 0)
      at::addmm_out(sum, bias_, shifted, weight);
    else
      sum.addmm_(shifted, weight);
  }
}

}  // namespace cadenza

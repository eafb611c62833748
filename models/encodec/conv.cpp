#include "models/encodec/conv.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/elu.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <tuple>

#include "models/fixed_pieces.h"
#include "models/read_tensor.h"

namespace cadenza {

namespace {

// Rows first .. first + count of the padded map; rows before 0 and after the end are padding.
at::Tensor padded_rows(const MapWindow& map, std::int64_t first, std::int64_t count,
                       const Padding& padding, bool is_reflect) {
  const auto rows_from = [&](std::int64_t row, std::int64_t num) {
    return map.rows.narrow(0, row - map.first, num);
  };
  if (first >= 0 && first + count <= map.total) return rows_from(first, count);
  at::Tensor padded = at::zeros({count, map.rows.size(1)}, map.rows.options());
  const std::int64_t inside = std::max<std::int64_t>(first, 0);
  const std::int64_t num_inside = std::min(first + count, map.total) - inside;
  if (num_inside > 0)
    padded.narrow(0, inside - first, num_inside).copy_(rows_from(inside, num_inside));
  for (std::int64_t i = 0; i < count; ++i) {
    const bool is_inside = first + i >= 0 && first + i < map.total;
    const std::int64_t source = padded_row(first + i, map.total, padding, is_reflect);
    if (!is_inside && source >= 0) padded.narrow(0, i, 1).copy_(rows_from(source, 1));
  }
  return padded;
}

}  // namespace

std::int64_t rows_per_piece(std::int64_t channels) {
  constexpr std::int64_t kFloatsPerPiece = 1 << 17;
  return std::clamp<std::int64_t>(kFloatsPerPiece / channels, 128, 1024);
}

std::int64_t round_up(std::int64_t end, std::int64_t piece) {
  return (end + piece - 1) / piece * piece;
}

Conv::Conv(const WeightReader& weights, const std::string& name, const ConvShape& shape,
           bool is_reflect, const at::Device& device)
    : shape_(shape), is_reflect_(is_reflect) {
  const auto [in, out, kernel] = std::tuple(shape.in_channels, shape.out_channels, shape.kernel);
  const at::Tensor stored = read_tensor(weights, name + ".conv.weight", {out, in, kernel});
  weight_ = stored.permute({2, 1, 0}).contiguous().view({kernel * in, out}).to(device);
  bias_ = read_tensor(weights, name + ".conv.bias", {out}).to(device);
}

Padding Conv::padding(std::int64_t input_rows) const {
  return same_padding(input_rows, shape_.kernel, shape_.stride, shape_.dilation);
}

std::int64_t Conv::piece() const {
  return rows_per_piece(std::max(shape_.out_channels, shape_.stride * shape_.in_channels));
}

std::int64_t Conv::output_rows(std::int64_t input_rows) const {
  return padding(input_rows).output_rows;
}

// What is mirrored at an end lies within a kernel's reach and a stride of it.
RowRange Conv::looks_at(RowRange output) const {
  const std::int64_t reach = (shape_.kernel - 1) * shape_.dilation + 1;
  return {output.first * shape_.stride - 2 * reach, output.end * shape_.stride + 2 * reach};
}

std::int64_t Conv::cut_after(std::int64_t end) const { return round_up(end, piece()); }

at::Tensor Conv::forward_rows(const MapWindow& input, RowRange output) const {
  const at::Tensor out =
      at::empty({output.end - output.first, shape_.out_channels}, input.rows.options());
  for_each_piece(input.rows.device(), out.size(0), piece(), [&](auto first, auto count) {
    forward_piece(input, output.first + first, out.narrow(0, first, count));
  });
  return out;
}

void Conv::forward_piece(const MapWindow& input, std::int64_t first, const at::Tensor& out) const {
  const auto [in, out_channels, kernel, stride, dilation, before] = shape_;
  const Padding padded = padding(input.total);
  const std::int64_t rows = out.size(0);
  const std::int64_t reach = (rows - 1) * stride + (kernel - 1) * dilation + 1;
  at::Tensor window = padded_rows(input, first * stride - padded.left, reach, padded, is_reflect_);
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

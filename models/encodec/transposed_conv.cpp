#include "models/encodec/transposed_conv.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/elu.h>
#include <ATen/ops/empty.h>

#include <algorithm>

#include "models/fixed_pieces.h"
#include "models/read_tensor.h"

namespace cadenza {

TransposedConv::TransposedConv(const WeightReader& weights, const std::string& name,
                               std::int64_t in_channels, std::int64_t out_channels,
                               std::int64_t stride, const at::Device& device)
    : out_channels_(out_channels), stride_(stride) {
  const at::Tensor stored =
      read_tensor(weights, name + ".conv.weight", {in_channels, out_channels, 2 * stride});
  for (std::int64_t half = 0; half < 2; ++half)
    halves_[half] = stored.narrow(2, half * stride, stride)
                        .permute({0, 2, 1})
                        .contiguous()
                        .view({in_channels, stride * out_channels})
                        .to(device);
  bias_ = read_tensor(weights, name + ".conv.bias", {out_channels}).repeat({stride}).to(device);
}

RowRange TransposedConv::looks_at(RowRange output) const {
  return {(output.first + trim_left()) / stride_ - 1, (output.end + trim_left()) / stride_ + 1};
}

// Cuts lie between blocks, and the first block is trimmed.
std::int64_t TransposedConv::cut_after(std::int64_t end) const {
  return round_up(end + trim_left(), piece() * stride_) - trim_left();
}

at::Tensor TransposedConv::forward_rows(const MapWindow& input, RowRange output) const {
  const bool is_at_start = output.first == 0, is_at_end = output.end == output_rows(input.total);
  const std::int64_t first_block = is_at_start ? 0 : (output.first + trim_left()) / stride_;
  const std::int64_t end_block = is_at_end ? input.total + 1 : (output.end + trim_left()) / stride_;
  const at::Tensor blocks =
      at::empty({end_block - first_block, stride_ * out_channels_}, input.rows.options());
  for_each_piece(input.rows.device(), blocks.size(0), piece(), [&](auto first, auto count) {
    forward_piece(input, first_block + first, blocks.narrow(0, first, count));
  });
  return blocks.view({blocks.size(0) * stride_, out_channels_})
      .narrow(0, is_at_start ? trim_left() : 0, output.end - output.first);
}

// Block t needs rows t - 1 and t: one row more than blocks, less one at each end of the map.
void TransposedConv::forward_piece(const MapWindow& input, std::int64_t first,
                                   at::Tensor out) const {
  const std::int64_t count = out.size(0);
  const std::int64_t begin = std::max<std::int64_t>(first - 1, 0);
  const std::int64_t end = std::min(first + count, input.total);
  const at::Tensor window = at::elu(input.rows.narrow(0, begin - input.first, end - begin));
  out.copy_(bias_.expand_as(out));
  for (std::int64_t half = 0; half < 2; ++half) {
    const std::int64_t from = std::max(first - half, begin);
    const std::int64_t to = std::min(first + count - half, end);
    if (from < to)
      out.narrow(0, from + half - first, to - from)
          .addmm_(window.narrow(0, from - begin, to - from), halves_[half]);
  }
}

}  // namespace cadenza

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

at::Tensor TransposedConv::forward(const at::Tensor& map, Activation before) const {
  const std::int64_t rows = map.size(0);
  const at::Tensor blocks = at::empty({rows + 1, stride_ * out_channels_}, map.options());
  const std::int64_t piece = rows_per_piece(stride_ * out_channels_);
  for_each_piece(map.device(), rows + 1, piece, [&](std::int64_t first, std::int64_t count) {
    // Block t needs rows t - 1 and t: one row more than blocks, less one at each end of the map.
    const std::int64_t begin = std::max<std::int64_t>(first - 1, 0);
    const std::int64_t end = std::min(first + count, rows);
    at::Tensor window = map.narrow(0, begin, end - begin);
    if (before == Activation::elu) window = at::elu(window);
    at::Tensor out = blocks.narrow(0, first, count);
    out.copy_(bias_.expand_as(out));
    for (std::int64_t half = 0; half < 2; ++half) {
      const std::int64_t from = std::max(first - half, begin);
      const std::int64_t to = std::min(first + count - half, end);
      if (from < to)
        out.narrow(0, from + half - first, to - from)
            .addmm_(window.narrow(0, from - begin, to - from), halves_[half]);
    }
  });
  const std::int64_t trim_left = stride_ - stride_ / 2;
  return blocks.view({(rows + 1) * stride_, out_channels_}).narrow(0, trim_left, rows * stride_);
}

}  // namespace cadenza

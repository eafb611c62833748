#include "models/encodec/resblock.h"

#include <ATen/ops/empty.h>

#include "models/fixed_pieces.h"

namespace cadenza {

Resblock::Resblock(const WeightReader& weights, const std::string& name, const CodecConfig& config,
                   std::int64_t channels, std::int64_t dilation, const at::Device& device)
    : narrow_(weights, name + ".block.1",
              {.in_channels = channels,
               .out_channels = channels / config.compress,
               .kernel = config.residual_kernel_size,
               .dilation = dilation,
               .before = Activation::elu},
              config.has_reflect_padding, device),
      widen_(weights, name + ".block.3",
             {.in_channels = channels / config.compress,
              .out_channels = channels,
              .before = Activation::elu},
             config.has_reflect_padding, device) {}

std::int64_t Resblock::cut_after(std::int64_t end) const { return round_up(end, piece()); }

at::Tensor Resblock::forward_rows(const MapWindow& input, RowRange output) const {
  const at::Tensor map = input.rows;
  const at::Tensor out = at::empty({output.end - output.first, map.size(1)}, map.options());
  for_each_piece(map.device(), out.size(0), piece(), [&](auto first, auto count) {
    const at::Tensor hidden = at::empty({count, narrow_.shape().out_channels}, map.options());
    narrow_.forward_piece(input, output.first + first, hidden);
    at::Tensor rows = out.narrow(0, first, count);
    widen_.forward_piece({hidden, 0, count}, 0, rows);
    rows.add_(map.narrow(0, output.first + first - input.first, count));
  });
  return out;
}

}  // namespace cadenza

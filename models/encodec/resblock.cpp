#include "models/encodec/resblock.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include "models/fixed_pieces.h"

namespace cadenza {

Resblock::Resblock(const WeightReader& weights, const std::string& name, const CodecConfig& config,
                   std::int64_t channels, std::int64_t dilation, const at::Device& device)
    : narrow_(weights, name + ".block.1",
              {.in_channels = channels,
               .out_channels = channels / config.compress,
               .kernel = config.residual_kernel_size,
               .dilation = dilation},
              config.has_reflect_padding, device),
      widen_(weights, name + ".block.3",
             {.in_channels = channels / config.compress, .out_channels = channels},
             config.has_reflect_padding, device) {}

at::Tensor Resblock::forward(const at::Tensor& map) const {
  const at::Tensor out = at::empty_like(map);
  const std::int64_t piece = rows_per_piece(map.size(1));
  for_each_piece(map.device(), map.size(0), piece, [&](std::int64_t first, std::int64_t count) {
    const at::Tensor hidden = at::empty({count, narrow_.shape().out_channels}, map.options());
    narrow_.forward_rows(map, Activation::elu, first, hidden);
    at::Tensor rows = out.narrow(0, first, count);
    widen_.forward_rows(hidden, Activation::elu, 0, rows);
    rows.add_(map.narrow(0, first, count));
  });
  return out;
}

}  // namespace cadenza

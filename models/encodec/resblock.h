// SEANet's residual block: x + conv_1(ELU(conv_k(ELU(x)))), through C / compress channels.
//
// The skip is the identity (use_conv_shortcut false); dilation is dilation_growth_rate to the power
// of the block's number. Computed piece by piece, so the narrow map in the middle never exists
// whole.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"
#include "models/encodec/conv.h"

namespace cadenza {

class Resblock final : public MapLayer {
 public:
  // Reads "<name>.block.1.conv.*" and "<name>.block.3.conv.*".
  Resblock(const WeightReader& weights, const std::string& name, const CodecConfig& config,
           std::int64_t channels, std::int64_t dilation, const at::Device& device);

  // map (T, C) -> (T, C), a new tensor.
  std::int64_t output_rows(std::int64_t input_rows) const override { return input_rows; }
  RowRange looks_at(RowRange output) const override { return narrow_.looks_at(output); }
  std::int64_t cut_after(std::int64_t end) const override;
  at::Tensor forward_rows(const MapWindow& input, RowRange output) const override;

 private:
  std::int64_t piece() const { return rows_per_piece(narrow_.shape().in_channels); }

  Conv narrow_, widen_;
};

}  // namespace cadenza

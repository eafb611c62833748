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

class Resblock {
 public:
  // Reads "<name>.block.1.conv.*" and "<name>.block.3.conv.*".
  Resblock(const WeightReader& weights, const std::string& name, const CodecConfig& config,
           std::int64_t channels, std::int64_t dilation, const at::Device& device);

  // map (T, C) -> (T, C), a new tensor.
  at::Tensor forward(const at::Tensor& map) const;

 private:
  Conv narrow_, widen_;
};

}  // namespace cadenza

// One weight as a tensor, its shape checked against what the architecture needs.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <initializer_list>
#include <string>

#include "models/checkpoint/weights.h"

namespace cadenza {

// A fp32 tensor on the CPU. Throws Error(internal) when the reader has another shape than `sizes`,
// and whatever the reader throws.
at::Tensor read_tensor(const WeightReader& weights, const std::string& name,
                       std::initializer_list<std::int64_t> sizes);

}  // namespace cadenza

// What PackedLinear computes, one output at a time and without packing: slow, and short enough to
// be believed. Tests compare the kernels with it.
#pragma once

#include <cstdint>

#include "models/kernels/cpu/kernel_table.h"

namespace cadenza {

// weights (outputs, inputs), x (rows, inputs) -> y (rows, outputs), all row-major fp32. For fp32,
// bf16 and int8 the operations and their order are the kernels' own, so results are equal bit for
// bit where multiply-adds are fused; int4 is exact to fp32 rounding.
void reference_linear(WeightFormat format, const float* weights, std::int64_t outputs,
                      std::int64_t inputs, const float* x, std::int64_t rows, float* y);

}  // namespace cadenza

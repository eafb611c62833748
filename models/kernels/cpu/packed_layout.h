// Where each weight of a group lies, and how a row is quantised: the arithmetic of packing, shared
// by PackedLinear and by the reference that undoes it. Layouts: kernel_table.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/kernels/cpu/kernel_table.h"

namespace cadenza {

// K padded to the format's step.
std::int64_t padded_depth(std::int64_t inputs, WeightFormat format);

// Bytes of one group of 64 output rows; a multiple of 64.
std::int64_t group_bytes(std::int64_t inputs, WeightFormat format);

// Bytes from one prepared row to the next; a multiple of 64.
std::int64_t prepared_stride(std::int64_t inputs, WeightFormat format);

// Writes or reads back output row `row` (0 .. 63) of a group.
void pack_group_row(std::byte* group, std::int64_t row, const float* weights, std::int64_t inputs,
                    WeightFormat format);
void unpack_group_row(const std::byte* group, std::int64_t row, std::int64_t inputs,
                      WeightFormat format, float* weights);

}  // namespace cadenza

// Stored numbers to fp32, and the search for ones that are not numbers. Both at memory speed: a
// checkpoint of gigabytes passes through here before the first note.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "models/checkpoint/safetensors.h"

namespace cadenza {

// F64, F32, F16 and BF16; the other dtypes are no weights.
bool is_float(Dtype dtype);

// Little-endian values to fp32, rounded to nearest for F64. stored holds out.size() values.
// Throws Error(internal) for a dtype that is not a float.
void convert_to_fp32(Dtype dtype, std::span<const std::byte> stored, std::span<float> out);

// Index of the first NaN or Inf.
std::optional<std::size_t> first_nonfinite(std::span<const float> values);

}  // namespace cadenza

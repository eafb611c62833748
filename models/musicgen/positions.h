// Sinusoidal positions of the decoder, as transformers' MusicgenSinusoidalPositionalEmbedding has
// them. Two things are silently load-bearing: the exponents divide by half - 1, not half, and the
// cosines come first, all of them, then the sines.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace cadenza {

// Positions first .. first + count - 1 -> (count, D) fp32. width: D, even and at least 4; throws
// Error(internal) otherwise. fp32 all the way, as the reference: rounding in double would move
// position 1500 by 1e-4.
at::Tensor sinusoidal_positions(std::int64_t first, std::int64_t count, std::int64_t width);

}  // namespace cadenza

// The decoder's sinusoidal positions, by transformers' fp32 recipe: cosines first, then sines, and
// frequencies 10000^(-i / (half - 1)), not / half. Torch-free.
#pragma once

#include <cstdint>
#include <span>

namespace cadenza {

// Writes the position's vector; the size of `out`, the model's width, is even and at least 4.
void write_sinusoid(std::int64_t position, std::span<float> out);

}  // namespace cadenza

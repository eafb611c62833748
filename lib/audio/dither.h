// Float to integer samples, with triangular (TPDF) dither of +-1 step, so that the rounding error
// is noise of constant level (a quarter step squared) and never distortion.
//
// The noise is a function of (seed, sample index): a track cut into blocks in any way gets the same
// bytes. A sample that is exactly zero stays zero, so digital silence stays digital silence.
#pragma once

#include <cstdint>
#include <span>

namespace cadenza {

// Triangular noise in (-1, 1), in steps: mean 0, variance 1/6.
double tpdf_noise(std::uint64_t seed, std::uint64_t index);

// out[i] is in[i] with `bits` bits (16 or 24), in the high bits of an int32 (libsndfile's form).
// Full scale is 2^(bits-1); beyond it samples are clipped. first_index: index of in[0] in the
// track.
void quantize(std::span<const float> in, int bits, std::uint64_t seed, std::uint64_t first_index,
              std::span<std::int32_t> out);

}  // namespace cadenza

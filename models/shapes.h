// The legend of dimension letters, and the check at every door.
//
//   B  streams in a forward (guidance doubles them)   D  width of the transformer
//   K  codebooks                                       H  attention heads
//   T  codec frames                                    E  width per head
//   S  sequence steps (T + 1 + longest delay)          V  codebook size
//   L  text tokens                                     F  width of the codec's latent
//   C  audio channels                                  N  audio samples per channel
//
// Shapes are written outermost first in round brackets: codes (B, K, T) int64 -> waveform (B, C,
// N).
#pragma once

#include <cstdint>
#include <initializer_list>

namespace at {
class Tensor;
}

namespace cadenza {

// Throws Error(internal) unless the tensor has exactly these sizes; -1 matches any size.
void expect_shape(const at::Tensor& tensor, std::initializer_list<std::int64_t> sizes,
                  const char* name);

// Throws Error(internal) unless every id of an integer tensor is from 0 to limit - 1: the special
// token or padding, looked up in a table that has no row for it, would read past its end.
void expect_ids(const at::Tensor& ids, std::int64_t limit, const char* name);

}  // namespace cadenza

// Where a convolution of EnCodec looks beyond the ends of its input. Torch-free.
//
// "Same-ish" padding of the non-causal SEANet: output length is ceil(rows / stride); what a stride
// needs more is added on the right. Follows EncodecConv1d of transformers and pad1d of audiocraft.
//
//   left = 2   rows = 5     right = 2
//   x2 x1  |  x0 x1 x2 x3 x4  |  x3 x2      reflect: mirrored without repeating the edge
//   0  0   |  x0 x1 x2 x3 x4  |  0  0       constant
#pragma once

#include <cstdint>

namespace cadenza {

struct Padding {
  std::int64_t left = 0;
  std::int64_t right = 0;        // with what the stride needs more
  std::int64_t output_rows = 0;  // ceil(rows / stride)
};

Padding same_padding(std::int64_t rows, std::int64_t kernel, std::int64_t stride,
                     std::int64_t dilation);

// The input row that stands at `position` (negative: left of the input, >= rows: right of it), or
// -1 for a zero row. An input not longer than the padding is first extended on the right with
// zeros, then mirrored: this short-input rule decides what a clip of a few frames sounds like.
std::int64_t padded_row(std::int64_t position, std::int64_t rows, const Padding& padding,
                        bool is_reflect);

}  // namespace cadenza

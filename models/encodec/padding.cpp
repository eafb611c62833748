#include "models/encodec/padding.h"

#include <algorithm>

namespace cadenza {

Padding same_padding(std::int64_t rows, std::int64_t kernel, std::int64_t stride,
                     std::int64_t dilation) {
  const std::int64_t reach = (kernel - 1) * dilation + 1;
  const std::int64_t total = reach - stride;
  const std::int64_t right = total / 2;
  Padding padding;
  padding.left = total - right;
  padding.output_rows = (rows + stride - 1) / stride;
  const std::int64_t extra = (padding.output_rows - 1) * stride + reach - total - rows;
  padding.right = right + extra;
  return padding;
}

std::int64_t padded_row(std::int64_t position, std::int64_t rows, const Padding& padding,
                        bool is_reflect) {
  if (position >= 0 && position < rows) return position;
  if (!is_reflect) return -1;
  const std::int64_t extended = std::max(rows, std::max(padding.left, padding.right) + 1);
  const std::int64_t mirrored = position < 0           ? -position
                                : position >= extended ? 2 * (extended - 1) - position
                                                       : position;
  return mirrored < rows ? mirrored : -1;
}

}  // namespace cadenza

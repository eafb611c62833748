#include "models/t5/relative_position.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace cadenza {

std::int64_t relative_position_bucket(std::int64_t relative_position, std::int64_t num_buckets,
                                      std::int64_t max_distance) {
  const std::int64_t half = num_buckets / 2, exact = half / 2;
  const std::int64_t first = relative_position > 0 ? half : 0;
  const std::int64_t distance = std::abs(relative_position);
  if (distance < exact) return first + distance;
  // In fp32 and in this order, as the reference computes it: at a boundary the quotient of two
  // logarithms is an integer only up to rounding.
  const float scale =
      static_cast<float>(std::log(static_cast<double>(max_distance) / static_cast<double>(exact)));
  const float octaves = std::log(static_cast<float>(distance) / static_cast<float>(exact));
  const float steps = octaves / scale * static_cast<float>(half - exact);
  return first + std::min(half - 1, exact + static_cast<std::int64_t>(steps));
}

}  // namespace cadenza

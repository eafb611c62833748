#include "models/musicgen/positions.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>

#include <cmath>
#include <string>

#include "lib/error.h"

namespace cadenza {

at::Tensor sinusoidal_positions(std::int64_t first, std::int64_t count, std::int64_t width) {
  if (width < 4 || width % 2 != 0)
    fail(ErrorKind::internal,
         "positions: the width must be even and at least 4, found " + std::to_string(width));
  const std::int64_t half = width / 2;
  const double log_ratio = std::log(10000.0) / static_cast<double>(half - 1);
  const at::Tensor frequencies = at::arange(half, at::kLong).to(at::kFloat).mul(-log_ratio).exp();
  const at::Tensor places = at::arange(first, first + count, at::kLong).to(at::kFloat);
  const at::Tensor angles = places.unsqueeze(1).mul(frequencies.unsqueeze(0));
  return at::cat({angles.cos(), angles.sin()}, 1);
}

}  // namespace cadenza

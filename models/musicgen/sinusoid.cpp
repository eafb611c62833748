#include "models/musicgen/sinusoid.h"

#include <cmath>
#include <cstddef>

namespace cadenza {

// Rounded to fp32 where the reference rounds: the angle of position 1000 errs by 1e-4 otherwise.
void write_sinusoid(std::int64_t position, std::span<float> out) {
  const std::size_t half = out.size() / 2;
  const auto step = static_cast<float>(-std::log(10000.0) / static_cast<double>(half - 1));
  for (std::size_t i = 0; i < half; ++i) {
    const auto frequency = static_cast<float>(std::exp(double{static_cast<float>(i) * step}));
    const float angle = static_cast<float>(position) * frequency;
    out[i] = std::cos(angle);
    out[half + i] = std::sin(angle);
  }
}

}  // namespace cadenza

#include "models/kernels/cpu/attention_reference.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace cadenza {

void reference_attention(const float* query, const float* keys, const float* values,
                         std::int64_t length, std::int64_t width, float* out) {
  std::vector<double> weights(static_cast<std::size_t>(length));
  for (std::int64_t t = 0; t < length; ++t) {
    for (std::int64_t e = 0; e < width; ++e)
      weights[t] += static_cast<double>(query[e]) * keys[t * width + e];
    weights[t] /= std::sqrt(static_cast<double>(width));
  }
  const double top = *std::max_element(weights.begin(), weights.end());
  double total = 0;
  for (double& weight : weights) total += weight = std::exp(weight - top);
  for (std::int64_t e = 0; e < width; ++e) {
    double sum = 0;
    for (std::int64_t t = 0; t < length; ++t) sum += weights[t] * values[t * width + e];
    out[e] = static_cast<float>(sum / total);
  }
}

}  // namespace cadenza

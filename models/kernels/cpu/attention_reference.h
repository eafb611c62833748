// Attention of one query as its formula says, in double. Tests compare the kernels with it.
#pragma once

#include <cstdint>

namespace cadenza {

// query (width), keys and values (length, width) row-major -> out (width):
// softmax(query · keysᵀ / sqrt width) · values.
void reference_attention(const float* query, const float* keys, const float* values,
                         std::int64_t length, std::int64_t width, float* out);

}  // namespace cadenza

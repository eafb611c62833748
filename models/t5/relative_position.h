// T5's relative position buckets: near positions each have their own, far ones share. Torch-free.
//
// Half of the buckets are for keys after the query, half for the others. Of each half, the first
// half are exact distances, the rest grow logarithmically up to max_distance; whatever is further
// away falls in the last. Follows T5Attention._relative_position_bucket (bidirectional) of
// transformers.
#pragma once

#include <cstdint>

namespace cadenza {

// relative_position: key position - query position. -> 0 .. num_buckets - 1.
std::int64_t relative_position_bucket(std::int64_t relative_position, std::int64_t num_buckets,
                                      std::int64_t max_distance);

}  // namespace cadenza

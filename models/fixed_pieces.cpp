#include "models/fixed_pieces.h"

#include <ATen/Parallel.h>
#include <c10/core/Device.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>

namespace cadenza {

void for_each_piece(const c10::Device& device, std::int64_t total, std::int64_t piece,
                    const std::function<void(std::int64_t first, std::int64_t count)>& work) {
  if (total <= 0) return;
  if (!device.is_cpu()) return work(0, total);
  const std::int64_t num_pieces = (total + piece - 1) / piece;
  // At least two, the second perhaps empty: parallel_for runs a single one outside of its parallel
  // region, where BLAS would start threads of its own.
  at::parallel_for(0, std::max<std::int64_t>(num_pieces, 2), 1, [&](auto begin, auto end) {
    const c10::InferenceMode guard;  // the mode is per thread
    for (std::int64_t i = begin; i < std::min(end, num_pieces); ++i)
      work(i * piece, std::min(piece, total - i * piece));
  });
}

}  // namespace cadenza

// Work cut into pieces that do not depend on the number of threads.
//
// A matrix product that BLAS splits over threads may round differently with another thread count,
// so the same seed would give another track on another machine. Here the cut is fixed and every
// piece is computed by one thread alone: same bits with 1 thread as with 64.
#pragma once

#include <cstdint>
#include <functional>

namespace c10 {
struct Device;
}

namespace cadenza {

// Calls work(first, count) for [0, piece), [piece, 2 * piece), ... below `total`, side by side on
// the CPU's threads. On another device there is one call, work(0, total): its kernels fill it
// alone. `work` runs under InferenceMode and must write to places of its own.
void for_each_piece(const c10::Device& device, std::int64_t total, std::int64_t piece,
                    const std::function<void(std::int64_t first, std::int64_t count)>& work);

}  // namespace cadenza

// The decoder's weights as the CPU kernels want them. Torch-free.
#pragma once

#include <vector>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"
#include "models/kernels/cpu/packed_linear.h"
#include "models/kernels/cpu/thread_pool.h"

namespace cadenza {

struct PackedNorm {
  std::vector<float> weight, bias;  // (D)
};

struct PackedLayer {
  PackedNorm self_norm, cross_norm, ffn_norm;
  PackedLinear qkv, self_out;                 // (3D, D), (D, D)
  PackedLinear cross_q, cross_kv, cross_out;  // (D, D), (2D, D), (D, D)
  PackedLinear fc1, fc2;                      // (ffn, D), (D, ffn)
};

struct PackedWeights {
  std::vector<PackedLayer> layers;
  PackedNorm final_norm;
  PackedLinear heads;  // (K * V, D)
};

// Matrix by matrix: one fp32 copy of one matrix is the most that exists on the way. Throws whatever
// the reader throws.
PackedWeights read_packed_weights(const DecoderConfig& config, const WeightReader& weights,
                                  WeightFormat format, ThreadPool& pool);

}  // namespace cadenza

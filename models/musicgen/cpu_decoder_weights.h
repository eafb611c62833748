// The decoder's weights as the CPU engine reads them: matrices packed for streaming, side by side
// in one buffer in the order of a step; behind them embedding tables and norms in fp32. Torch-free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"
#include "models/kernels/cpu/huge_buffer.h"
#include "models/kernels/cpu/packed_linear.h"
#include "models/kernels/cpu/thread_pool.h"

namespace cadenza {

class PackCache;

struct NormWeights {
  std::span<const float> weight, bias;  // (D)
};

struct CpuLayerWeights {
  NormWeights self_norm, cross_norm, ffn_norm;
  PackedLinear qkv;        // (3 D, D): queries, keys, values on top of each other
  PackedLinear self_out;   // (D, D)
  PackedLinear cross_q;    // (D, D)
  PackedLinear cross_out;  // (D, D)
  PackedLinear ffn_in;     // (FFN, D)
  PackedLinear ffn_out;    // (D, FFN)
  PackedLinear cross_kv;   // (2 D, D): keys, values; applied once per prompt
};

struct CpuDecoderWeights {
  // Reads and packs tensor by tensor on the pool: no second copy of the model exists on the way.
  // int8 and int4 keep the heads in bf16, because guidance triples an error in the logits. packs:
  // where the packed form is kept between runs; may be nullptr. Throws what WeightReader::read
  // throws.
  CpuDecoderWeights(const DecoderConfig& config, const WeightReader& reader, WeightFormat format,
                    ThreadPool& pool, PackCache* packs = nullptr);

  // Bytes of weights that a step reads, with or without cross-attention.
  std::size_t step_bytes(bool has_text) const;

  std::span<const float> embeddings;  // (K, V + 1, D)
  std::vector<CpuLayerWeights> layers;
  NormWeights final_norm;
  PackedLinear heads;  // (K V, D)

 private:
  HugeBuffer buffer_;  // behind all of them
};

}  // namespace cadenza

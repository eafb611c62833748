// One track's way through the delay pattern: which column to feed next, and how logits become the
// column after it. Torch-free; no allocation after construction.
//
//   logits    null + guidance * (conditional - null), in fp32
//   tokens    one draw per codebook, from (seed, step, codebook): nothing else decides them
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lib/generator.h"
#include "models/checkpoint/config.h"
#include "models/musicgen/delay_pattern.h"
#include "models/sampler.h"

namespace cadenza {

// Guidance of at most 1 is none. Without any text both streams would be the null stream, and
// guidance a slow way to compute it.
bool needs_null_stream(const SamplingSettings& sampling, bool has_text);

class TrackScore {
 public:
  // prompt: codes (K, P) the music begins with; may be empty.
  TrackScore(const DecoderConfig& config, const DelayPattern& pattern,
             const SamplingSettings& sampling, std::uint64_t seed,
             const std::vector<std::int16_t>& prompt = {});

  std::int64_t first_step() const { return grid_.first_step(); }  // the first that is drawn
  std::int64_t num_steps() const { return num_steps_; }

  // Tokens (K) of a complete column, `stride` apart.
  void read_column(std::int64_t step, std::int64_t* tokens, std::int64_t stride = 1) const;

  // Draws one cell of column `step`, if it is unknown, from logits (K, V); null is empty when
  // unguided. Threads may draw different codebooks at once. Throws Error(bad_model) for logits that
  // are not finite.
  void draw(std::int64_t step, int codebook, std::span<const float> conditional,
            std::span<const float> null);

  // The logits behind the last draws (K, V), guidance applied.
  std::span<const float> drawn_from() const { return mixed_; }

  // Codes (K, T) with the delay undone, when every column is written.
  std::vector<std::int16_t> codes() const { return grid_.codes(); }

 private:
  std::size_t vocab_size_;
  std::int64_t num_steps_;
  SamplingSettings sampling_;
  std::uint64_t seed_;
  TokenGrid grid_;
  std::vector<float> mixed_;            // (K, V)
  std::vector<TokenSampler> samplers_;  // by codebook
};

}  // namespace cadenza

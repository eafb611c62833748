// Logits to tokens: temperature, top-k (ties kept), top-p, greedy; Gumbel-max over the kept set
// with counter-based random numbers, so that a draw depends on (row seed, step, codebook) and
// nothing else.
//
// Order and rules follow transformers: guidance has been applied before, then temperature, top-k,
// top-p. Torch-free: runs on the host, the same bits on every machine.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lib/generator.h"

namespace cadenza {

// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
struct Philox {
  static void block(const std::uint32_t (&key)[2], const std::uint32_t (&counter)[4],
                    std::uint32_t (&out)[4]);
};

// The distribution that a draw is from: logits (V) -> probabilities (V), zeros where not kept.
// Greedy settings give all to the first maximum.
std::vector<float> kept_probabilities(std::span<const float> logits,
                                      const SamplingSettings& settings);

// Draws tokens; holds the memory that takes, so that a draw allocates nothing.
class TokenSampler {
 public:
  explicit TokenSampler(std::size_t vocab_size);

  // One token from logits (V). Greedy, or a temperature of 0, takes the first maximum. Throws
  // Error(bad_model) naming step, codebook and first index when a logit is NaN or Inf.
  std::int32_t draw(std::span<const float> logits, const SamplingSettings& settings,
                    std::uint64_t seed, std::int64_t step, int codebook);

 private:
  friend std::vector<float> kept_probabilities(std::span<const float>, const SamplingSettings&);

  struct Candidate {
    std::int32_t token;
    float score;  // logit / temperature
  };

  void keep_top_k(std::span<const float> logits, const SamplingSettings& settings);
  void keep_top_p(double top_p);
  void keep(std::span<const float> logits, const SamplingSettings& settings);
  void softmax();

  std::vector<float> scores_, order_;
  std::vector<Candidate> kept_;  // in ascending order of token
  std::vector<double> powers_;
  std::vector<float> probabilities_;  // of kept_
};

}  // namespace cadenza

#include "models/musicgen/track_score.h"

#include <algorithm>

namespace cadenza {

bool needs_null_stream(const SamplingSettings& sampling, bool has_text) {
  return sampling.guidance > 1 && has_text;
}

TrackScore::TrackScore(const DecoderConfig& config, const DelayPattern& pattern,
                       const SamplingSettings& sampling, std::uint64_t seed,
                       const std::vector<std::int16_t>& prompt)
    : vocab_size_(static_cast<std::size_t>(config.vocab_size)),
      num_steps_(pattern.num_steps()),
      sampling_(sampling),
      seed_(seed),
      grid_(pattern, static_cast<std::int32_t>(config.special_token()), prompt),
      mixed_(static_cast<std::size_t>(config.num_codebooks) * vocab_size_) {
  // One by one: a copy would not have the memory that the first has set aside.
  for (std::int64_t k = 0; k < config.num_codebooks; ++k) samplers_.emplace_back(vocab_size_);
}

void TrackScore::read_column(std::int64_t step, std::int64_t* tokens, std::int64_t stride) const {
  for (int k = 0; k < grid_.num_codebooks(); ++k) tokens[k * stride] = grid_.token(k, step);
}

void TrackScore::draw(std::int64_t step, int codebook, std::span<const float> conditional,
                      std::span<const float> null) {
  const std::size_t first = static_cast<std::size_t>(codebook) * vocab_size_;
  const std::span<float> mixed(&mixed_[first], vocab_size_);
  const auto guidance = static_cast<float>(sampling_.guidance);
  if (null.empty())
    std::copy_n(&conditional[first], vocab_size_, mixed.begin());
  else
    for (std::size_t i = 0; i < vocab_size_; ++i)
      mixed[i] = null[first + i] + guidance * (conditional[first + i] - null[first + i]);
  if (grid_.is_unknown(codebook, step))
    grid_.write(codebook, step,
                samplers_[static_cast<std::size_t>(codebook)].draw(mixed, sampling_, seed_, step,
                                                                   codebook));
}

}  // namespace cadenza

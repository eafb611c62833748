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
      mixed_(static_cast<std::size_t>(config.num_codebooks) * vocab_size_),
      sampler_(vocab_size_) {}

void TrackScore::read_column(std::int64_t step, std::int64_t* tokens, std::int64_t stride) const {
  for (int k = 0; k < grid_.num_codebooks(); ++k) tokens[k * stride] = grid_.token(k, step);
}

std::span<const float> TrackScore::write(std::int64_t step, std::span<const float> conditional,
                                         std::span<const float> null) {
  const auto guidance = static_cast<float>(sampling_.guidance);
  if (null.empty())
    std::copy_n(conditional.begin(), mixed_.size(), mixed_.begin());
  else
    for (std::size_t i = 0; i < mixed_.size(); ++i)
      mixed_[i] = null[i] + guidance * (conditional[i] - null[i]);
  const std::span<const float> logits(mixed_);
  for (int k = 0; k < grid_.num_codebooks(); ++k) {
    if (!grid_.is_unknown(k, step)) continue;
    const auto of_codebook = logits.subspan(static_cast<std::size_t>(k) * vocab_size_, vocab_size_);
    grid_.write(k, step, sampler_.draw(of_codebook, sampling_, seed_, step, k));
  }
  return logits;
}

}  // namespace cadenza

#include "models/sampler.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "lib/error.h"
#include "models/portable_math.h"

namespace cadenza {

namespace {

// Colder than this, fp32 logits that differ at all are further apart than any noise; dividing by
// less would overflow.
constexpr double kColdest = 1e-6;

bool is_greedy(const SamplingSettings& settings) {
  return settings.is_greedy || settings.temperature <= 0;
}

std::int32_t first_maximum(std::span<const float> logits) {
  return static_cast<std::int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

// The noise of one (seed, step, codebook): token t takes word t % 4 of block t / 4, so a token's
// noise does not depend on which others are kept.
class GumbelNoise {
 public:
  GumbelNoise(std::uint64_t seed, std::int64_t step, int codebook)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        counter_{static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(codebook), 0,
                 kTokenStream} {}

  // Ask in ascending order of token: a block is made once.
  double at(std::int32_t token) {
    const auto block = static_cast<std::uint32_t>(token) / 4;
    if (!has_words_ || counter_[2] != block) {
      counter_[2] = block;
      Philox::block(key_, counter_, words_);
      has_words_ = true;
    }
    const double uniform = (words_[token % 4] + 0.5) * 0x1p-32;  // inside (0, 1), never at an end
    return -portable_log(-portable_log(uniform));
  }

 private:
  static constexpr std::uint32_t kTokenStream = 0;  // other uses of a seed take other numbers

  std::uint32_t key_[2], counter_[4], words_[4] = {};
  bool has_words_ = false;
};

void expect_finite(std::span<const float> logits, std::int64_t step, int codebook) {
  const auto bad = std::find_if_not(logits.begin(), logits.end(),
                                    [](float logit) { return std::isfinite(logit); });
  if (bad == logits.end()) return;
  fail(ErrorKind::bad_model,
       "the model's logits hold " + std::string(std::isnan(*bad) ? "NaN" : "Inf") + " at step " +
           std::to_string(step) + ", codebook " + std::to_string(codebook) + ", token " +
           std::to_string(bad - logits.begin()) + "; every logit must be finite",
       "try --precision fp32");
}

}  // namespace

void Philox::block(const std::uint32_t (&key)[2], const std::uint32_t (&counter)[4],
                   std::uint32_t (&out)[4]) {
  std::uint32_t k0 = key[0], k1 = key[1];
  std::uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53} * c0;
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57} * c2;
    c0 = static_cast<std::uint32_t>(product1 >> 32) ^ c1 ^ k0;
    c2 = static_cast<std::uint32_t>(product0 >> 32) ^ c3 ^ k1;
    c1 = static_cast<std::uint32_t>(product1);
    c3 = static_cast<std::uint32_t>(product0);
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

TokenSampler::TokenSampler(std::size_t vocab_size) {
  scores_.reserve(vocab_size);
  order_.reserve(vocab_size);
  kept_.reserve(vocab_size);
  powers_.reserve(vocab_size);
  probabilities_.reserve(vocab_size);
}

void TokenSampler::softmax() {
  double highest = -std::numeric_limits<double>::infinity(), sum = 0;
  for (const Candidate& candidate : kept_)
    highest = std::max(highest, static_cast<double>(candidate.score));
  powers_.clear();
  for (const Candidate& candidate : kept_)
    sum += powers_.emplace_back(portable_exp(candidate.score - highest));
  probabilities_.clear();
  for (const double power : powers_) probabilities_.push_back(static_cast<float>(power / sum));
}

// All scores >= the k-th largest: ties at the threshold stay in, so more than k may be kept.
void TokenSampler::keep_top_k(std::span<const float> logits, const SamplingSettings& settings) {
  const auto divisor = static_cast<float>(std::max(settings.temperature, kColdest));
  scores_.assign(logits.begin(), logits.end());
  for (float& score : scores_) score /= divisor;
  float threshold = -std::numeric_limits<float>::infinity();
  if (settings.top_k > 0 && static_cast<std::size_t>(settings.top_k) < scores_.size()) {
    order_ = scores_;
    const auto nth = order_.begin() + (settings.top_k - 1);
    std::nth_element(order_.begin(), nth, order_.end(), std::greater<>());
    threshold = *nth;
  }
  kept_.clear();
  for (std::size_t token = 0; token < scores_.size(); ++token)
    if (scores_[token] >= threshold)
      kept_.push_back({static_cast<std::int32_t>(token), scores_[token]});
}

// transformers' rule: in ascending order, drop while the running sum is <= 1 - p, but never the
// last. Sums run in double and are compared in fp32, as torch's cumsum does: at an exact boundary
// that decides (40 equal logits, p = 0.3: 12 kept, where audiocraft's descending rule keeps 13).
void TokenSampler::keep_top_p(double top_p) {
  std::sort(kept_.begin(), kept_.end(), [](const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score < b.score : a.token > b.token;
  });
  softmax();
  const auto dropped_mass = static_cast<float>(1 - top_p);
  double sum = 0;
  std::size_t dropped = 0;
  while (dropped + 1 < kept_.size()) {
    sum += probabilities_[dropped];
    if (static_cast<float>(sum) > dropped_mass) break;
    ++dropped;
  }
  kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(dropped));
  std::sort(kept_.begin(), kept_.end(),
            [](const Candidate& a, const Candidate& b) { return a.token < b.token; });
}

void TokenSampler::keep(std::span<const float> logits, const SamplingSettings& settings) {
  keep_top_k(logits, settings);
  if (settings.top_p > 0 && settings.top_p < 1) keep_top_p(settings.top_p);
}

// argmax of score + Gumbel noise is a draw from softmax(score); ties go to the lower token.
std::int32_t TokenSampler::draw(std::span<const float> logits, const SamplingSettings& settings,
                                std::uint64_t seed, std::int64_t step, int codebook) {
  expect_finite(logits, step, codebook);
  if (is_greedy(settings)) return first_maximum(logits);
  keep(logits, settings);
  GumbelNoise noise(seed, step, codebook);
  std::int32_t best_token = 0;
  double best = -std::numeric_limits<double>::infinity();
  for (const auto& [token, score] : kept_) {
    const double value = score + noise.at(token);
    if (value > best) {
      best = value;
      best_token = token;
    }
  }
  return best_token;
}

std::vector<float> kept_probabilities(std::span<const float> logits,
                                      const SamplingSettings& settings) {
  std::vector<float> probabilities(logits.size(), 0.0F);
  if (is_greedy(settings)) {
    probabilities[static_cast<std::size_t>(first_maximum(logits))] = 1;
    return probabilities;
  }
  TokenSampler sampler(logits.size());
  sampler.keep(logits, settings);
  sampler.softmax();
  for (std::size_t i = 0; i < sampler.kept_.size(); ++i)
    probabilities[static_cast<std::size_t>(sampler.kept_[i].token)] = sampler.probabilities_[i];
  return probabilities;
}

}  // namespace cadenza

#include "models/loading_weights.h"

#include <functional>
#include <numeric>

namespace cadenza {

namespace {

std::int64_t num_elements(const WeightReader& weights, std::string_view name) {
  const Shape& sizes = weights.shape(name);
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

}  // namespace

LoadingWeights::LoadingWeights(const WeightReader& weights, bool allow_nonfinite,
                               ProgressReporter& progress)
    : weights_(weights), allow_nonfinite_(allow_nonfinite), progress_(progress) {
  for (const std::string& name : weights.names()) total_elements_ += num_elements(weights, name);
  progress_.begin("load", total_elements_);
}

void LoadingWeights::read(std::string_view name, std::span<float> out, bool allow_nonfinite) const {
  weights_.read(name, out, allow_nonfinite || allow_nonfinite_);
  count(name);
}

void LoadingWeights::vouch_for(std::string_view name) const {
  weights_.vouch_for(name);
  count(name);
}

void LoadingWeights::count(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  elements_read_ += num_elements(weights_, name);
  progress_.advance(elements_read_);
}

double LoadingWeights::finish() {
  if (!allow_nonfinite_) weights_.expect_unread_finite();
  progress_.advance(total_elements_);
  progress_.end();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

}  // namespace cadenza

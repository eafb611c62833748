// The reader that every part of the engine loads through: it reports progress, applies
// --allow-nonfinite to all alike, and in the end has what nobody asked for checked too, so that a
// checkpoint with a NaN anywhere is refused before music starts. Torch-free.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/progress.h"
#include "models/checkpoint/weights.h"

namespace cadenza {

class LoadingWeights final : public WeightReader {
 public:
  // Begins the stage "load", in elements. Both references must outlive this.
  LoadingWeights(const WeightReader& weights, bool allow_nonfinite, ProgressReporter& progress);

  const Shape& shape(std::string_view name) const override { return weights_.shape(name); }
  void read(std::string_view name, std::span<float> out,
            bool allow_nonfinite = false) const override;
  void vouch_for(std::string_view name) const override;
  std::vector<std::string> names() const override { return weights_.names(); }

  // Checks what has not been read, unless NaN and Inf are allowed; ends the stage. Returns the
  // seconds since it began.
  double finish();

 private:
  void count(std::string_view name) const;

  const WeightReader& weights_;
  const bool allow_nonfinite_;
  ProgressReporter& progress_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;  // of progress
  mutable std::int64_t elements_read_ = 0;
  std::int64_t total_elements_ = 0;
};

}  // namespace cadenza

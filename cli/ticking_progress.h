// Passes progress on and calls back at every step: the heart beat of what is written while a track
// is made.
#pragma once

#include <functional>
#include <utility>

#include "lib/progress.h"

namespace cadenza {

class TickingProgress final : public ProgressReporter {
 public:
  // inner must outlive it.
  TickingProgress(ProgressReporter& inner, std::function<void()> tick)
      : inner_(inner), tick_(std::move(tick)) {}

  void begin(std::string_view stage, std::int64_t total) override {
    inner_.begin(stage, total);
    tick_();
  }
  void advance(std::int64_t done) override {
    inner_.advance(done);
    tick_();
  }
  void end() override {
    inner_.end();
    tick_();
  }

 private:
  ProgressReporter& inner_;
  std::function<void()> tick_;
};

}  // namespace cadenza

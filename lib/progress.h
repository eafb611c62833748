// What travels upward while a track is made: a stage begins with a total, advances, ends.
#pragma once

#include <cstdint>
#include <string_view>

namespace cadenza {

class ProgressReporter {
 public:
  virtual ~ProgressReporter() = default;

  // stage: "load", "text", "decode", "codec", "post", "encode". total: units of work, 0 if unknown.
  virtual void begin(std::string_view stage, std::int64_t total) = 0;
  // done: units finished so far, not a difference. Called from one thread; must be cheap.
  virtual void advance(std::int64_t done) = 0;
  virtual void end() = 0;
  // Something a user should know, in one line; nothing is wrong enough to stop.
  virtual void note(std::string_view) {}
};

// For callers that want silence.
class NoProgress final : public ProgressReporter {
 public:
  void begin(std::string_view, std::int64_t) override {}
  void advance(std::int64_t) override {}
  void end() override {}
};

}  // namespace cadenza

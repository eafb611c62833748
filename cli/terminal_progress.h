// Progress for people: a bar that redraws itself on a terminal, a line every tenth elsewhere when
// asked for more words, silence when asked for none.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "cli/console.h"
#include "lib/progress.h"

namespace cadenza {

// What a stage looks like at one moment.
struct StageView {
  std::string title;                 // "track 2 of 3: decode"
  std::int64_t done = 0, total = 0;  // total 0: unknown
  double elapsed_s = 0;              // since the stage began
};

// "decode [#######.....]  58 %  3.1 s left", at most `width` columns. The time left is measured:
// seconds per step of this stage so far, times the steps that remain.
std::string progress_bar(const StageView& view, int width);
// "decode: 60 %, 3.1 s left"
std::string progress_line(const StageView& view);

class TerminalProgress final : public ProgressReporter {
 public:
  using Clock = std::function<double()>;  // seconds, monotonic

  explicit TerminalProgress(Console& console, Clock clock = {});
  ~TerminalProgress() override;

  // Put before the stage's name: "track 2 of 3".
  void set_prefix(std::string prefix) { prefix_ = std::move(prefix); }

  void begin(std::string_view stage, std::int64_t total) override;
  void advance(std::int64_t done) override;
  void end() override;
  void note(std::string_view line) override;

 private:
  void draw_bar(double now_s);
  void say_line();
  void erase_bar();

  Console& console_;
  Clock clock_;
  std::string prefix_;
  StageView view_;
  double stage_start_s_ = 0, last_draw_s_ = -1;
  std::int64_t next_line_percent_ = 0;
  bool has_bar_ = false;
};

}  // namespace cadenza

#include "cli/terminal_progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace cadenza {

namespace {

constexpr double kRedrawSeconds = 0.1;
constexpr int kLineStepPercent = 10;
constexpr int kMaxBarColumns = 40;
constexpr int kStandardColumns = 80;
constexpr std::int64_t kStepsBeforeEstimate = 3;  // the first steps warm caches up

double steady_seconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

int terminal_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kStandardColumns;
  return size.ws_col;
}

int percent(const StageView& view) {
  return view.total == 0 ? 0 : static_cast<int>(100 * view.done / view.total);
}

std::string time_left(const StageView& view) {
  if (view.done < std::min(kStepsBeforeEstimate, view.total) || view.total == 0) return "";
  const double left_s =
      view.elapsed_s / static_cast<double>(view.done) * static_cast<double>(view.total - view.done);
  if (left_s < 60) return fmt::format("{:.1f} s left", left_s);
  const auto whole = static_cast<long>(left_s + 0.5);
  return fmt::format("{}:{:02} min left", whole / 60, whole % 60);
}

}  // namespace

std::string progress_bar(const StageView& view, int width) {
  if (view.total == 0) return (view.title + " ...").substr(0, static_cast<std::size_t>(width));
  const std::string tail = fmt::format(" {:3} %  {}", percent(view), time_left(view));
  const int room = width - static_cast<int>(view.title.size() + tail.size()) - 4;
  const int columns = std::min(room, kMaxBarColumns);
  std::string line = view.title + " ";
  if (columns >= 5) {
    const auto full = static_cast<std::size_t>(columns * view.done / view.total);
    line.append("[").append(full, '#');
    line.append(static_cast<std::size_t>(columns) - full, '.').append("]");
  }
  return (line + tail).substr(0, static_cast<std::size_t>(std::max(width - 1, 0)));
}

std::string progress_line(const StageView& view) {
  const std::string left = time_left(view);
  if (view.total == 0) return view.title;
  return fmt::format("{}: {} %{}{}", view.title, percent(view), left.empty() ? "" : ", ", left);
}

TerminalProgress::TerminalProgress(Console& console, Clock clock)
    : console_(console), clock_(clock ? std::move(clock) : steady_seconds) {}

TerminalProgress::~TerminalProgress() { erase_bar(); }

void TerminalProgress::begin(std::string_view stage, std::int64_t total) {
  view_ = {prefix_.empty() ? std::string(stage) : prefix_ + ": " + std::string(stage), 0, total, 0};
  stage_start_s_ = clock_();
  last_draw_s_ = -1;
  next_line_percent_ = kLineStepPercent;
  advance(0);
}

void TerminalProgress::advance(std::int64_t done) {
  const ConsoleOptions& options = console_.options();
  if (options.verbosity == Verbosity::quiet) return;
  const double now_s = clock_();
  view_.done = std::clamp<std::int64_t>(done, 0, view_.total);
  view_.elapsed_s = now_s - stage_start_s_;
  if (options.is_terminal && options.log_format == LogFormat::text) {
    draw_bar(now_s);
  } else if (options.verbosity == Verbosity::verbose) {
    say_line();
  }
}

void TerminalProgress::end() { erase_bar(); }

void TerminalProgress::note(std::string_view line) {
  erase_bar();
  console_.note(std::string(line));
}

void TerminalProgress::draw_bar(double now_s) {
  if (last_draw_s_ >= 0 && now_s - last_draw_s_ < kRedrawSeconds) return;
  last_draw_s_ = now_s;
  has_bar_ = true;
  console_.draw(fmt::format("\r{}\x1b[K", progress_bar(view_, terminal_columns())));
}

void TerminalProgress::say_line() {
  if (view_.done == 0) return view_.total == 0 ? console_.detail(view_.title) : void();
  if (percent(view_) < next_line_percent_) return;
  next_line_percent_ = percent(view_) / kLineStepPercent * kLineStepPercent + kLineStepPercent;
  console_.detail(progress_line(view_));
}

void TerminalProgress::erase_bar() {
  if (has_bar_) console_.draw("\r\x1b[K");
  has_bar_ = false;
}

}  // namespace cadenza

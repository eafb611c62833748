// The bar and the lines: what they say, and how often.
#include "cli/terminal_progress.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace cadenza;

namespace {

// Everything a reporter writes while 100 steps of `step_s` seconds go by.
std::string written(const ConsoleOptions& options, double step_s) {
  const int file = ::memfd_create("errors", 0);
  {
    Console console(options, file, file);
    double now_s = 0;
    TerminalProgress progress(console, [&] { return now_s; });
    progress.begin("decode", 100);
    for (int step = 1; step <= 100; ++step) {
      now_s += step_s;
      progress.advance(step);
    }
    progress.end();
  }
  std::string text(static_cast<std::size_t>(::lseek(file, 0, SEEK_END)), '\0');
  CHECK(::pread(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  ::close(file);
  return text;
}

std::size_t count(const std::string& text, char wanted) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), wanted));
}

}  // namespace

TEST_CASE("the time left is the measured time per step times the steps that remain") {
  CHECK(progress_line({"decode", 25, 100, 5.0}) == "decode: 25 %, 15.0 s left");
  CHECK(progress_line({"decode", 10, 100, 20.0}) == "decode: 10 %, 3:00 min left");
}

TEST_CASE("no time is guessed before some steps were measured") {
  CHECK(progress_line({"decode", 2, 100, 5.0}) == "decode: 2 %");
}

TEST_CASE("the bar never passes the terminal's width") {
  for (int width = 1; width < 120; ++width)
    CHECK(progress_bar({"track 2 of 3: decode", 50, 100, 5.0}, width).size() <=
          static_cast<std::size_t>(width));
  CHECK(progress_bar({"decode", 50, 100, 5.0}, 60) ==
        "decode [################................]  50 %  5.0 s left");
}

TEST_CASE("on a terminal the bar is drawn at most ten times a second and then erased") {
  const ConsoleOptions terminal{.is_terminal = true};
  const std::string text = written(terminal, 0.01);  // 1 s in all
  CHECK(count(text, '\r') <= 12);
  CHECK(count(text, '\n') == 0);
  CHECK(text.ends_with("\r\x1b[K"));
}

TEST_CASE("elsewhere there is a line every tenth when asked for, and silence otherwise") {
  const std::string text = written({.verbosity = Verbosity::verbose}, 0.01);
  CHECK(count(text, '\n') == 10);
  CHECK(text.starts_with("decode: 10 %, 0.9 s left\n"));
  CHECK(count(text, '\r') == 0);
  CHECK(written({}, 0.01).empty());
}

TEST_CASE("quiet is quiet on a terminal, too") {
  CHECK(written({.verbosity = Verbosity::quiet, .is_terminal = true}, 0.01).empty());
}

// Prometheus text; held against the format's grammar in tests/cli/events_test.py.
#include "lib/batch/metrics_text.h"

#include <doctest/doctest.h>

using namespace cadenza;

namespace {

bool has_line(const BatchFigures& figures, const std::string& line) {
  std::string text = "\n";
  text += metrics_text({"1.0", "a\"b\\c\nd", {}, {}}, figures);
  return text.find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("label values escape backslash, quote and line feed") {
  CHECK(has_line({}, "cadenza_build_info{version=\"1.0\",model=\"a\\\"b\\\\c\\nd\"} 1"));
}

TEST_CASE("what has not been measured has no sample, what was not asked for no family") {
  CHECK_FALSE(has_line({}, "# TYPE cadenza_run_cost gauge"));
  CHECK_FALSE(has_line({}, "# TYPE cadenza_left_seconds gauge"));
  CHECK(has_line({}, "cadenza_row_seconds_count 0"));
}

TEST_CASE("figures become samples under their names") {
  BatchFigures figures{.num_rows = 5, .num_done = 2, .num_failed = 2, .row_s = 3, .music_s = 20};
  figures.failures = {{"io", 1}, {"usage", 1}};
  figures.p50_s = 1.5;
  figures.cost = 0.25;
  for (const char* line :
       {"cadenza_rows 5", "cadenza_rows_completed_total 2", "cadenza_rows_left 1",
        "cadenza_rows_failed_total{kind=\"io\"} 1", "cadenza_rows_failed_total{kind=\"usage\"} 1",
        "cadenza_row_seconds{quantile=\"0.5\"} 1.5", "cadenza_row_seconds_sum 3",
        "cadenza_music_seconds_total 20", "cadenza_run_cost 0.25"}) {
    CAPTURE(line);
    CHECK(has_line(figures, line));
  }
}

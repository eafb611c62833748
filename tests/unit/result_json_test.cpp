#include "lib/batch/result_json.h"

#include <doctest/doctest.h>

using namespace cadenza;

TEST_CASE("a run is completed, partial, stopped or failed") {
  BatchFigures figures{.num_rows = 3, .num_done_before = 1, .num_done = 2};
  CHECK(run_status({}, figures) == "completed");
  figures.num_done = 1;
  figures.num_failed = 1;
  CHECK(run_status({}, figures) == "partial");
  figures.num_failed = 0;
  CHECK(run_status({.stopped_by = "--max-cost"}, figures) == "stopped");
  CHECK(run_status({.error = Error(ErrorKind::interrupted, "x")}, figures) == "stopped");
  CHECK(run_status({.error = Error(ErrorKind::io, "x")}, figures) == "failed");
}

TEST_CASE("a failed row's result tells kind, message and what to do") {
  CHECK(failed_result("a", Error(ErrorKind::io, "disk full", "free space"), 0.1234) ==
        "{\"id\":\"a\",\"status\":\"failed\",\"seconds\":0.123,\"error\":{\"kind\":\"io\","
        "\"message\":\"disk full\",\"hint\":\"free space\"}}");
}

TEST_CASE("two objects become one") {
  CHECK(joined_objects("{\"a\":1}", "{\"b\":2}") == "{\"a\":1,\"b\":2}");
}

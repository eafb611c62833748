#include "lib/batch/status_json.h"

#include <doctest/doctest.h>

#include "lib/json/strict_json.h"

using namespace cadenza;

namespace {

Json status(const BatchFigures& figures) {
  const std::chrono::system_clock::time_point start{std::chrono::seconds(0)};
  const StatusFacts facts{{.pid = 7}, "running", start, start + std::chrono::seconds(2)};
  return Json::parse(status_json(facts, figures));
}

}  // namespace

TEST_CASE("the end is foretold only when something has been measured") {
  BatchFigures figures{.num_rows = 2};
  CHECK(status(figures)["eta"].is_null());
  CHECK(status(figures)["left_seconds"].is_null());
  figures.left_s = 3;
  CHECK(status(figures)["eta"] == "1970-01-01T00:00:05.000Z");
}

TEST_CASE("a status tells who works, since when, and which rows run") {
  BatchFigures figures{.num_rows = 2};
  figures.running.push_back({"a", 2, {}});
  const Json said = status(figures);
  CHECK(said["pid"] == 7);
  CHECK(said["started"] == "1970-01-01T00:00:00.000Z");
  CHECK(said["updated"] == "1970-01-01T00:00:02.000Z");
  CHECK(said["running"][0]["id"] == "a");
  CHECK(said["running"][0]["attempt"] == 2);
  CHECK_FALSE(said.contains("cost"));
}

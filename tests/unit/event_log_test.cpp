// The lines of --events; tests/cli/events_test.py holds a whole run against
// docs/events.schema.json.
#include "lib/batch/event_log.h"

#include <doctest/doctest.h>

using namespace cadenza;

namespace {

struct Bench {
  std::vector<std::string> lines;
  EventLog log{[this](std::string_view line) { lines.emplace_back(line); }, "r1", "out",
               [] { return std::chrono::system_clock::time_point(std::chrono::seconds(0)); }};
  const std::string head(int seq, const std::string& event) const {
    return "{\"schema_version\":1,\"run\":\"r1\",\"seq\":" + std::to_string(seq) +
           ",\"time\":\"1970-01-01T00:00:00.000Z\",\"event\":\"" + event + "\",";
  }
};

}  // namespace

TEST_CASE("the run's start is the first event, whatever was noted before it") {
  Bench bench;
  bench.log.noted("a is made again");
  CHECK(bench.lines.empty());
  bench.log.run_started({.tool = "t", .manifest = "m", .model = "x", .out_dir = "out"});
  REQUIRE(bench.lines.size() == 2);
  CHECK(bench.lines[0].starts_with(bench.head(0, "run_started")));
  CHECK(bench.lines[1] == bench.head(1, "note") + "\"message\":\"a is made again\"}\n");
}

TEST_CASE("a completed row tells its files where they lie, a retried one its error and its wait") {
  Bench bench;
  const BatchJob job{.id = "a"};
  bench.log.completed(job, {{"a.wav", 3, "ff"}}, 1.25);
  bench.log.retried(job, Error(ErrorKind::temporary, "busy"), 0.5);
  CHECK(bench.lines[0] ==
        bench.head(0, "row_completed") +
            "\"id\":\"a\",\"status\":\"completed\",\"seconds\":1.25,\"files\":[{\"path\":\"out/"
            "a.wav\",\"bytes\":3,\"sha256\":\"ff\"}]}\n");
  CHECK(bench.lines[1] == bench.head(1, "row_retried") +
                              "\"id\":\"a\",\"wait_seconds\":0.5,\"error\":{\"kind\":\"temporary\","
                              "\"message\":\"busy\"}}\n");
}

TEST_CASE("foreign text stays inside its line") {
  Bench bench;
  bench.log.failed({.id = "a"}, Error(ErrorKind::usage, "x\n{\"event\":\"\xff"), 0);
  CHECK(bench.lines[0].find('\n') == bench.lines[0].size() - 1);
}

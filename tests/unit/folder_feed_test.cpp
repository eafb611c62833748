#include "lib/batch/folder_feed.h"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/support/temp_folder.h"

using namespace cadenza;

namespace {

struct Bench {
  void put(const std::string& name, const std::string& text) {
    std::ofstream(folder.path() / name) << text;
  }
  std::vector<std::string> ids() {
    std::vector<std::string> result;
    for (const BatchJob& job : plan.jobs) result.push_back(job.id);
    return result;
  }

  TempFolder folder;
  Manifest manifest;
  BatchPlan plan;
  std::vector<std::string> refused;
  FolderFeed feed{
      manifest,
      plan,
      {.folder = folder.path(),
       .problem =
           [](const RowValues& row) { return row.request.duration_s > 30 ? "too long" : ""; },
       .refused = [this](const std::string& line) { refused.push_back(line); },
       .pause = std::chrono::milliseconds(0)}};
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a file is taken at the second look that finds it unchanged, and only once") {
  Bench bench;
  bench.put("a.json", R"({"id":"a","prompt":"calm )");
  bench.feed.poll();
  bench.put("a.json", R"({"id":"a","prompt":"calm piano"})");
  bench.feed.poll();
  CHECK(bench.plan.jobs.empty());
  bench.feed.poll();
  bench.feed.poll();
  CHECK(bench.ids() == Ids{"a"});
  CHECK(bench.manifest.values(bench.manifest.rows[0]).request.prompt == "calm piano");
}

TEST_CASE(
    "a file that cannot be a row is refused alone; one with a wrong value is a row that fails") {
  Bench bench;
  bench.put("1.json", "{");
  bench.put("2.json", R"({"id":"b","prompt":"calm piano","tempo":999})");
  bench.put("3.json", R"({"id":"c","prompt":"calm piano","duration":60})");
  bench.put("4.json", R"({"id":"B","prompt":"calm piano"})");
  bench.put("5.json", R"({"id":"d","prompt":"calm piano","count":2})");
  bench.put(".hidden.json", "{");
  bench.feed.poll();
  bench.feed.poll();
  CHECK(bench.ids() == Ids{"b", "c", "d_1", "d_2"});
  CHECK(bench.plan.jobs[1].is_invalid);
  CHECK(bench.manifest.invalid[1].problem == "too long");
  CHECK_FALSE(bench.plan.jobs[2].is_invalid);
  CHECK(bench.feed.num_refused() == 2);
  CHECK(bench.refused.size() == 4);
}

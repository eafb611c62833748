#include "lib/batch/plan.h"

#include <doctest/doctest.h>

#include <fstream>
#include <set>

#include "tests/support/temp_folder.h"

using namespace cadenza;

namespace {

Manifest read(const std::string& text) {
  const TempFolder folder;
  std::ofstream(folder.path() / "m.jsonl") << text;
  return read_manifest(folder.path() / "m.jsonl", {});
}

std::vector<std::string> ids(const BatchPlan& plan) {
  std::vector<std::string> result;
  for (const BatchJob& job : plan.jobs) result.push_back(job.id);
  return result;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("the urgent come first, then the long, then the order of the manifest") {
  const Manifest manifest = read(
      "{\"id\":\"a\",\"prompt\":\"calm piano\",\"duration\":2}\n"
      "{\"id\":\"b\",\"prompt\":\"calm piano\",\"duration\":9}\n"
      "{\"id\":\"c\",\"prompt\":\"calm piano\",\"duration\":2}\n"
      "{\"id\":\"d\",\"prompt\":\"calm piano\",\"duration\":1,\"priority\":5}\n");
  CHECK(ids(plan_batch(manifest, "m", {})) == Ids{"d", "b", "a", "c"});
}

TEST_CASE("shards part the rows: each row is in exactly one, whatever their number") {
  std::string text;
  for (int i = 0; i < 50; ++i)
    text += "{\"id\":\"r" + std::to_string(i) + "\",\"prompt\":\"calm piano\"}\n";
  const Manifest manifest = read(text);
  for (std::int64_t count = 1; count <= 7; ++count) {
    std::multiset<std::string> all;
    for (std::int64_t index = 0; index < count; ++index)
      for (const auto& id : ids(plan_batch(manifest, "m", {index, count, ""}))) all.insert(id);
    CHECK(all.size() == 50);
    CHECK(std::set<std::string>(all.begin(), all.end()).size() == 50);
  }
}

TEST_CASE("a row with a count makes numbered tracks of one seed") {
  const Manifest manifest = read(R"({"id":"a","count":3,"prompt":"calm piano"})");
  const BatchPlan plan = plan_batch(manifest, "m", {});
  CHECK(ids(plan) == Ids{"a_1", "a_2", "a_3"});
  CHECK(job_values(manifest, plan.jobs[2]).request.seed == seed_of_id("a"));
}

TEST_CASE("the seed of a row without one follows from its id") {
  // printf 'cadenza seed\na' | sha256sum: its first 16 hex digits without the top bit.
  CHECK(seed_of_id("a") == 0x5a508b8bbe27a20aULL);
  CHECK(seed_of_id("a") != seed_of_id("b"));
}

TEST_CASE("a row without an id gets one from what it asks for, and equal rows are refused") {
  const Manifest manifest = read(
      "{\"prompt\":\"calm piano\"}\n{\"prompt\":\"calm piano\",\"seed\":1}\n"
      "{\"prompt\":\"calm piano\"}\n");
  const BatchPlan plan = plan_batch(manifest, "m", {});
  CHECK(plan.jobs[0].id.size() == 16);
  CHECK(plan.num_faults == 1);
  CHECK(plan.faults.at(0).find(":3: row 3: id:") != std::string::npos);
  CHECK(plan.faults.at(0).find("line 1") != std::string::npos);
  CHECK(ids(plan_batch(manifest, "another model", {}))[0] != plan.jobs[0].id);
}

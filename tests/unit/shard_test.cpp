#include "lib/batch/shard.h"

#include <doctest/doctest.h>

#include <map>

#include "lib/error.h"

using namespace cadenza;

namespace {

using Variables = std::map<std::string, std::string>;

Shard detect(Variables variables, ShardHints hints = {}) {
  return detect_shard(
      [&](const std::string& name) { return variables.count(name) ? variables[name] : ""; }, hints);
}

void expect(const Shard& shard, std::int64_t index, std::int64_t count) {
  CHECK(shard.index == index);
  CHECK(shard.count == count);
}

}  // namespace

TEST_CASE("--shard i/n counts from one") {
  expect(parse_shard("1/4"), 0, 4);
  expect(parse_shard("4/4"), 3, 4);
}

TEST_CASE("--shard refuses what is not i/n") {
  for (const char* text : {"", "0/4", "5/4", "1/0", "-1/4", "1/", "/4", "1/4/2", "a/b", "1.5/4",
                           "1/99999999999999999999", "1-4"})
    CHECK_THROWS_AS(parse_shard(text), Error);
}

TEST_CASE("the shards of a count share every row exactly once") {
  for (std::int64_t count = 1; count <= 7; ++count)
    for (std::int64_t row = 0; row < 30; ++row) {
      int owners = 0;
      for (std::int64_t index = 0; index < count; ++index)
        owners += Shard{index, count, ""}.has_row(row);
      CHECK(owners == 1);
    }
}

TEST_CASE("a Slurm array counts from its smallest index in its own steps") {
  const Variables base = {{"SLURM_ARRAY_TASK_ID", "7"},
                          {"SLURM_ARRAY_TASK_MIN", "3"},
                          {"SLURM_ARRAY_TASK_MAX", "9"},
                          {"SLURM_ARRAY_TASK_STEP", "2"},
                          {"SLURM_ARRAY_TASK_COUNT", "4"}};
  expect(detect(base), 2, 4);
}

TEST_CASE("a Slurm array of several tasks gives each task of each element a shard") {
  expect(detect({{"SLURM_ARRAY_TASK_ID", "1"},
                 {"SLURM_ARRAY_TASK_MIN", "0"},
                 {"SLURM_ARRAY_TASK_MAX", "2"},
                 {"SLURM_ARRAY_TASK_COUNT", "3"},
                 {"SLURM_NTASKS", "2"},
                 {"SLURM_PROCID", "1"}}),
         3, 6);
}

TEST_CASE("a Slurm array with gaps is refused") {
  CHECK_THROWS_AS(detect({{"SLURM_ARRAY_TASK_ID", "7"},
                          {"SLURM_ARRAY_TASK_MIN", "1"},
                          {"SLURM_ARRAY_TASK_MAX", "7"},
                          {"SLURM_ARRAY_TASK_COUNT", "3"}}),
                  Error);
}

TEST_CASE("each engine's index base and count are its own") {
  expect(detect({{"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "2"}}), 2, 4);
  expect(detect({{"JOB_COMPLETION_INDEX", "0"}}, {.count = 5}), 0, 5);
  expect(detect({{"AWS_BATCH_JOB_ARRAY_INDEX", "9"}, {"AWS_BATCH_JOB_ARRAY_SIZE", "10"}}), 9, 10);
  expect(detect({{"BATCH_TASK_INDEX", "1"}, {"BATCH_TASK_COUNT", "2"}}), 1, 2);
  expect(detect({{"CLOUD_RUN_TASK_INDEX", "0"}, {"CLOUD_RUN_TASK_COUNT", "2"}}), 0, 2);
  expect(detect({{"CI_NODE_INDEX", "1"}, {"CI_NODE_TOTAL", "3"}}), 0, 3);
  expect(detect({{"CIRCLE_NODE_INDEX", "2"}, {"CIRCLE_NODE_TOTAL", "3"}}), 2, 3);
  expect(detect({{"BUILDKITE_PARALLEL_JOB", "0"}, {"BUILDKITE_PARALLEL_JOB_COUNT", "3"}}), 0, 3);
  expect(detect({{"PBS_ARRAY_INDEX", "1"}}, {.count = 3}), 0, 3);
  expect(detect({{"PBS_ARRAY_INDEX", "0"}}, {.count = 3, .base = 0}), 0, 3);
  expect(detect({{"LSB_JOBINDEX", "5"}, {"LSB_JOBINDEX_END", "5"}}), 4, 5);
  expect(detect({{"SGE_TASK_ID", "6"},
                 {"SGE_TASK_FIRST", "2"},
                 {"SGE_TASK_LAST", "10"},
                 {"SGE_TASK_STEPSIZE", "4"}}),
         1, 3);
}

TEST_CASE("an engine that names no count needs --shard-count") {
  CHECK_THROWS_AS(detect({{"JOB_COMPLETION_INDEX", "0"}}), Error);
}

TEST_CASE("variables that engines set outside arrays do not make a shard") {
  CHECK_THROWS_AS(detect({{"SGE_TASK_ID", "undefined"}}), Error);
  CHECK_THROWS_AS(detect({{"LSB_JOBINDEX", "0"}}), Error);
  CHECK_THROWS_AS(detect({{"SLURM_NTASKS", "1"}}), Error);
}

TEST_CASE("an index outside its count is refused") {
  CHECK_THROWS_AS(detect({{"CI_NODE_INDEX", "4"}, {"CI_NODE_TOTAL", "3"}}), Error);
  CHECK_THROWS_AS(detect({{"CI_NODE_INDEX", "0"}, {"CI_NODE_TOTAL", "3"}}), Error);
}

#include "lib/batch/shard.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/error.h"
#include "lib/text/number.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

// An engine that numbers its tasks from a fixed base and says how many there are.
struct Engine {
  const char* name;
  const char* index;
  const char* count;  // nullptr: the engine does not say
  int base;           // -1: the user chooses it
};

constexpr Engine kEngines[] = {
    {"Kubernetes Indexed Job", "JOB_COMPLETION_INDEX", nullptr, 0},
    {"AWS Batch array", "AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", 0},
    {"Google Batch", "BATCH_TASK_INDEX", "BATCH_TASK_COUNT", 0},
    {"Cloud Run job", "CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_TASK_COUNT", 0},
    {"GitLab parallel", "CI_NODE_INDEX", "CI_NODE_TOTAL", 1},
    {"CircleCI parallelism", "CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0},
    {"Buildkite parallelism", "BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0},
    {"PBS array", "PBS_ARRAY_INDEX", nullptr, -1},
};

// The variables of an array that is given as first:last:step.
struct SteppedArray {
  const char* name;
  const char* index;
  const char* first;
  const char* last;
  const char* step;
};

constexpr SteppedArray kSge = {"SGE array", "SGE_TASK_ID", "SGE_TASK_FIRST", "SGE_TASK_LAST",
                               "SGE_TASK_STEPSIZE"};
constexpr SteppedArray kLsf = {"LSF array", "LSB_JOBINDEX", nullptr, "LSB_JOBINDEX_END",
                               "LSB_JOBINDEX_STEP"};

std::int64_t number(const EnvironmentLookup& environment, const char* name,
                    std::optional<std::int64_t> fallback = {}) {
  const std::string text = name == nullptr ? "" : environment(name);
  if (text.empty() && fallback) return *fallback;
  const auto value = parse_integer(text);
  if (!value || *value < 0)
    fail(ErrorKind::usage,
         fmt::format("--shard auto: {}: expected a number, found {}", name, quoted(text)));
  return *value;
}

Shard checked(const char* engine, const char* variable, std::int64_t index, std::int64_t count) {
  if (count < 1 || index < 0 || index >= count)
    fail(ErrorKind::usage, fmt::format("--shard auto: {} ({}): task {} does not lie in {} tasks",
                                       engine, variable, index + 1, count));
  return {index, count, fmt::format("{} ({})", engine, variable)};
}

std::int64_t needed_count(const Engine& engine, const EnvironmentLookup& environment,
                          const ShardHints& hints) {
  if (hints.count) return *hints.count;
  if (engine.count != nullptr) return number(environment, engine.count);
  fail(ErrorKind::usage,
       fmt::format("--shard auto: {} does not tell how many tasks there are", engine.name),
       "add --shard-count N");
}

Shard from_engine(const Engine& engine, const EnvironmentLookup& environment,
                  const ShardHints& hints) {
  const std::int64_t base = engine.base < 0 ? hints.base : engine.base;
  return checked(engine.name, engine.index, number(environment, engine.index) - base,
                 needed_count(engine, environment, hints));
}

Shard from_stepped(const SteppedArray& array, const EnvironmentLookup& environment) {
  const std::int64_t step = number(environment, array.step, 1);
  const std::int64_t first = array.first ? number(environment, array.first) : 1;
  const std::int64_t last = number(environment, array.last);
  if (step < 1) fail(ErrorKind::usage, fmt::format("--shard auto: {}: found 0", array.step));
  return checked(array.name, array.index, (number(environment, array.index) - first) / step,
                 (last - first) / step + 1);
}

// A job array, tasks of a step, or both: then every task of every array element has its own shard.
std::optional<Shard> from_slurm(const EnvironmentLookup& environment) {
  const bool is_array = !environment("SLURM_ARRAY_TASK_ID").empty();
  const std::int64_t tasks = number(environment, "SLURM_NTASKS", 1);
  if (!is_array && tasks < 2) return {};
  std::int64_t index = 0, count = 1;
  if (is_array) {
    const std::int64_t first = number(environment, "SLURM_ARRAY_TASK_MIN");
    const std::int64_t last = number(environment, "SLURM_ARRAY_TASK_MAX");
    const std::int64_t step =
        std::max<std::int64_t>(1, number(environment, "SLURM_ARRAY_TASK_STEP", 1));
    count = number(environment, "SLURM_ARRAY_TASK_COUNT");
    if ((last - first) / step + 1 != count)
      fail(ErrorKind::usage, "--shard auto: the Slurm array has gaps, so a task's place is unknown",
           "use an array without gaps, or say --shard i/n");
    index = (number(environment, "SLURM_ARRAY_TASK_ID") - first) / step;
  }
  const std::int64_t task = tasks > 1 ? number(environment, "SLURM_PROCID", 0) : 0;
  return checked(is_array ? "Slurm array" : "Slurm tasks",
                 is_array ? "SLURM_ARRAY_TASK_ID" : "SLURM_PROCID", index * tasks + task,
                 count * tasks);
}

bool is_set(const EnvironmentLookup& environment, const char* name, const char* unset = "") {
  const std::string value = environment(name);
  return !value.empty() && value != unset;
}

}  // namespace

Shard parse_shard(std::string_view text) {
  const auto slash = text.find('/');
  const auto index = parse_integer(text.substr(0, slash));
  const auto count = slash == text.npos ? std::nullopt : parse_integer(text.substr(slash + 1));
  if (!index || !count || *index < 1 || *index > *count)
    fail(ErrorKind::usage,
         fmt::format("--shard: expected i/n with 1 <= i <= n, or auto, found {}", quoted(text)));
  return {*index - 1, *count, fmt::format("--shard {}/{}", *index, *count)};
}

Shard detect_shard(const EnvironmentLookup& environment, const ShardHints& hints) {
  if (auto slurm = from_slurm(environment)) return *slurm;
  for (const Engine& engine : kEngines)
    if (is_set(environment, engine.index)) return from_engine(engine, environment, hints);
  if (is_set(environment, kLsf.index, "0")) return from_stepped(kLsf, environment);
  if (is_set(environment, kSge.index, "undefined")) return from_stepped(kSge, environment);
  fail(ErrorKind::usage, "--shard auto: no batch engine has set its variables here",
       "say --shard i/n");
}

}  // namespace cadenza

// Which rows of a manifest are this process's: row k belongs to shard k mod n. Whether a row is
// done is known by its id, never by its shard, so n may change between runs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cadenza {

struct Shard {
  std::int64_t index = 0;  // 0-based
  std::int64_t count = 1;
  std::string
      source;  // what said so, for stderr: "--shard 2/4", "Slurm array (SLURM_ARRAY_TASK_ID=3)"

  bool has_row(std::int64_t row) const { return row % count == index; }
};

// "2/4": the second of four, 1-based. Throws Error(usage).
Shard parse_shard(std::string_view text);

// What `--shard auto` may be told beside the environment, for engines that do not give it.
struct ShardHints {
  std::optional<std::int64_t> count;  // --shard-count
  std::int64_t base = 1;  // --shard-base: first index of an array whose engine leaves it open
};

// Looks a variable up; empty when it is not set.
using EnvironmentLookup = std::function<std::string(const std::string& name)>;

// Asks every engine we know in turn (Slurm, Kubernetes Indexed Job, AWS Batch, Google Batch, Cloud
// Run, GitLab, CircleCI, Buildkite, PBS, LSF, SGE). Throws Error(usage) when none is there, when an
// index lies outside its count, or when a count is needed and nobody gives it.
Shard detect_shard(const EnvironmentLookup& environment, const ShardHints& hints);

}  // namespace cadenza

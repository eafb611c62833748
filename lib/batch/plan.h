// Which tracks a batch makes and in which order: the manifest's rows with their ids, this shard's
// only, the urgent first, then the long ones (so that the last to finish is a short one).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/batch/manifest.h"
#include "lib/batch/shard.h"

namespace cadenza {

// One track of a row.
struct BatchJob {
  std::uint32_t row = 0;    // index into Manifest::rows
  std::uint16_t index = 0;  // which of the row's count
  std::string id;           // unique in the batch, ASCII case ignored
  // A row with a wrong value: `row` is an index into Manifest::invalid. It fails when its turn
  // comes, so that its record is written; without an id of its own it is called row-12.
  bool is_invalid = false;
};

struct BatchPlan {
  std::vector<BatchJob> jobs;       // of this shard, in the order of work
  std::size_t num_all = 0;          // of all shards
  std::vector<std::string> faults;  // rows without an id that ask for the same track
  std::size_t num_faults = 0;
};

// model_identity: as default_id has it. A row without an id gets default_id of its request.
BatchPlan plan_batch(const Manifest& manifest, std::string_view model_identity, const Shard& shard);

// The jobs of one row, appended; a row without an id gets default_id of its request.
void add_jobs(const Manifest& manifest, std::size_t row_index, std::string_view model_identity,
              std::vector<BatchJob>& jobs);

// What an invalid row is called: its own id, or row-12.
std::string invalid_id(const InvalidRow& row);

// Moves the rows that `problem` finds something wrong with to the invalid ones: what only the model
// can tell, such as a track longer than its window. Once, before planning.
void judge_rows(Manifest& manifest, const std::function<std::string(const RowValues&)>& problem);

// The seed of a row that gives none: the first 16 hex digits of SHA-256 over "cadenza seed", a line
// feed and the row's id (before _1, _2, …), as a number, its top bit cleared. So the same row gives
// the same track in every run, and equal prompts give different ones.
std::uint64_t seed_of_id(std::string_view id);

// The request of a job with its seed, id and owner filled in; the seed is the row's, not the
// track's.
RowValues job_values(const Manifest& manifest, const BatchJob& job);

}  // namespace cadenza

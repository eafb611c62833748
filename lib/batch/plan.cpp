#include "lib/batch/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "lib/batch/file_name.h"
#include "lib/io/sha256.h"
#include "lib/request_id.h"

namespace cadenza {

void add_jobs(const Manifest& manifest, std::size_t row_index, std::string_view model_identity,
              std::vector<BatchJob>& jobs) {
  const ManifestRow& row = manifest.rows[row_index];
  const std::string id = row.id_size != 0
                             ? std::string(row.id())
                             : default_id(manifest.values(row).request, model_identity);
  for (int i = 0; i < row.count; ++i)
    jobs.push_back({static_cast<std::uint32_t>(row_index), static_cast<std::uint16_t>(i),
                    numbered_id(id, i, row.count)});
}

std::string invalid_id(const InvalidRow& row) {
  return row.id.empty() ? fmt::format("row-{}", row.number) : std::string(row.id);
}

namespace {

// First, so that their failure is known early. A row whose id another row has goes unrecorded.
void add_invalid(const Manifest& manifest, std::vector<BatchJob>& jobs) {
  if (manifest.invalid.empty()) return;
  std::set<std::string> ids;
  for (const BatchJob& job : jobs) ids.insert(folded_id(job.id));
  std::vector<BatchJob> invalid;
  for (std::size_t i = 0; i < manifest.invalid.size(); ++i) {
    const InvalidRow& row = manifest.invalid[i];
    const std::string id = invalid_id(row);
    if (ids.insert(folded_id(id)).second)
      invalid.push_back({static_cast<std::uint32_t>(i), 0, id, true});
  }
  jobs.insert(jobs.begin(), invalid.begin(), invalid.end());
}

std::uint32_t number_of(const Manifest& manifest, const BatchJob& job) {
  return job.is_invalid ? manifest.invalid[job.row].number : manifest.rows[job.row].number;
}

void find_clashes(const Manifest& manifest, BatchPlan& plan, const std::vector<BatchJob>& jobs) {
  const auto visit = [&](const IdVisitor& visitor) {
    for (const BatchJob& job : jobs) visitor(job.id, job.row);
  };
  for (const auto& [first, second] : find_same_ids(jobs.size(), visit)) {
    if (++plan.num_faults > kShownFaults) continue;
    plan.faults.push_back(same_id_fault(manifest, manifest.rows[first], manifest.rows[second],
                                        manifest.rows[second].id()) +
                          "; give the rows ids or seeds of their own");
  }
}

}  // namespace

BatchPlan plan_batch(const Manifest& manifest, std::string_view model_identity,
                     const Shard& shard) {
  BatchPlan plan;
  std::vector<BatchJob> all;
  all.reserve(manifest.rows.size());
  bool has_default_ids = false;
  for (std::size_t i = 0; i < manifest.rows.size(); ++i) {
    add_jobs(manifest, i, model_identity, all);
    has_default_ids = has_default_ids || manifest.rows[i].id_size == 0;
  }
  if (has_default_ids) find_clashes(manifest, plan, all);  // others were compared when read
  add_invalid(manifest, all);
  plan.num_all = all.size();
  if (shard.count > 1)
    std::erase_if(
        all, [&](const BatchJob& job) { return !shard.has_row(number_of(manifest, job) - 1); });
  std::stable_sort(all.begin(), all.end(), [&](const BatchJob& a, const BatchJob& b) {
    if (a.is_invalid || b.is_invalid) return a.is_invalid && !b.is_invalid;
    const ManifestRow &left = manifest.rows[a.row], &right = manifest.rows[b.row];
    if (left.priority != right.priority) return left.priority > right.priority;
    return left.duration_s > right.duration_s;
  });
  plan.jobs = std::move(all);
  return plan;
}

void judge_rows(Manifest& manifest, const std::function<std::string(const RowValues&)>& problem) {
  std::deque<ManifestRow> good;
  for (const ManifestRow& row : manifest.rows) {
    const std::string found = problem(manifest.values(row));
    if (found.empty()) {
      good.push_back(row);
      continue;
    }
    if (++manifest.num_faults <= kShownFaults)
      manifest.faults.push_back(fmt::format("{}: row {}{}: {}", manifest.place(row.file, row.line),
                                            row.number, shown_id(row.id()), found));
    manifest.invalid.push_back(
        {row.number, row.line, row.file, row.id(), manifest.arena.keep(found)});
  }
  manifest.rows = std::move(good);
}

std::uint64_t seed_of_id(std::string_view id) {
  const std::string digits = sha256_hex("cadenza seed\n" + std::string(id)).substr(0, 16);
  std::uint64_t seed = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), seed, 16);
  return seed & INT64_MAX;
}

RowValues job_values(const Manifest& manifest, const BatchJob& job) {
  const ManifestRow& row = manifest.rows[job.row];
  RowValues values = manifest.values(row);
  std::string_view row_id = job.id;
  if (row.count > 1) row_id = row_id.substr(0, row_id.rfind('_'));
  values.request.id = std::string(row_id);
  if (!values.request.seed) values.request.seed = seed_of_id(row_id);
  return values;
}

}  // namespace cadenza

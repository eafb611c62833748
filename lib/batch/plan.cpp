#include "lib/batch/plan.h"

#include <algorithm>
#include <charconv>

#include "lib/io/sha256.h"
#include "lib/request_id.h"

namespace cadenza {

namespace {

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
  plan.num_all = all.size();
  if (shard.count > 1)
    std::erase_if(all, [&](const BatchJob& job) {
      return !shard.has_row(manifest.rows[job.row].number - 1);
    });
  std::stable_sort(all.begin(), all.end(), [&](const BatchJob& a, const BatchJob& b) {
    const ManifestRow &left = manifest.rows[a.row], &right = manifest.rows[b.row];
    if (left.priority != right.priority) return left.priority > right.priority;
    return left.duration_s > right.duration_s;
  });
  plan.jobs = std::move(all);
  return plan;
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

#include "lib/batch/row_facts.h"

namespace cadenza {

double music_seconds(const Manifest& manifest, const BatchJob& job) {
  return job.is_invalid ? 0 : manifest.rows[job.row].duration_s;
}

RowFacts row_facts(const Manifest& manifest, const BatchJob& job) {
  if (job.is_invalid) {
    const InvalidRow& row = manifest.invalid[job.row];
    return {.file = manifest.files[row.file], .line = row.line};
  }
  const ManifestRow& row = manifest.rows[job.row];
  return {manifest.values(row).request.prompt, row.duration_s, manifest.files[row.file], row.line};
}

}  // namespace cadenza

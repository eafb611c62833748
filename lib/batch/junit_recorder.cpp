#include "lib/batch/junit_recorder.h"

namespace cadenza {

std::vector<JunitCase> JunitRecorder::cases(
    const BatchPlan& plan, const std::function<bool(const BatchJob&)>& was_done_before) const {
  std::vector<JunitCase> result;
  result.reserve(plan.jobs.size());
  for (const BatchJob& job : plan.jobs) {
    JunitCase row{.id = job.id, .outcome = JunitCase::Outcome::skipped};
    if (const auto heard = heard_.find(job.id); heard != heard_.end())
      row = heard->second;
    else
      row.message = was_done_before(job) ? "made by an earlier run" : "left for the next run";
    row.name = facts_(job).prompt;
    result.push_back(std::move(row));
  }
  return result;
}

void JunitRecorder::completed(const BatchJob& job, const std::vector<JournalFile>&,
                              double seconds) {
  heard_[job.id] = {.id = job.id, .seconds = seconds};
}

void JunitRecorder::failed(const BatchJob& job, const Error& error, double seconds) {
  heard_[job.id] = {.id = job.id,
                    .seconds = seconds,
                    .outcome = JunitCase::Outcome::failed,
                    .error_kind = std::string(error_kind_name(error.kind())),
                    .message = error.sentence()};
}

}  // namespace cadenza

// Collects what happens to each row of a batch, for JUnit XML at its end.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lib/batch/junit.h"
#include "lib/batch/row_facts.h"
#include "lib/batch/runner.h"

namespace cadenza {

class JunitRecorder final : public BatchObserver {
 public:
  explicit JunitRecorder(std::function<RowFacts(const BatchJob&)> facts)
      : facts_(std::move(facts)) {}

  // Rows of the plan in its order. Those that nothing was heard of are skipped: done before, or
  // left for the next run.
  std::vector<JunitCase> cases(const BatchPlan& plan,
                               const std::function<bool(const BatchJob&)>& was_done_before) const;

  void completed(const BatchJob& job, const std::vector<JournalFile>& files,
                 double seconds) override;
  void failed(const BatchJob& job, const Error& error, double seconds) override;

 private:
  std::function<RowFacts(const BatchJob&)> facts_;
  std::map<std::string, JunitCase> heard_;  // by id
};

}  // namespace cadenza

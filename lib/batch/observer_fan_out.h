// Several observers of one batch, told in the order they were added.
#pragma once

#include <vector>

#include "lib/batch/runner.h"

namespace cadenza {

class ObserverFanOut final : public BatchObserver {
 public:
  // observer must outlive it.
  void add(BatchObserver& observer) { observers_.push_back(&observer); }

  void started(const BatchJob& job, int attempt) override;
  void completed(const BatchJob& job, const std::vector<JournalFile>& files,
                 double seconds) override;
  void retried(const BatchJob& job, const Error& error, double wait_s) override;
  void failed(const BatchJob& job, const Error& error, double seconds) override;
  void noted(const std::string& line) override;

 private:
  std::vector<BatchObserver*> observers_;
};

}  // namespace cadenza

// Gives the result of every row that ends to a courier.
#pragma once

#include <filesystem>
#include <memory>
#include <utility>

#include "lib/batch/courier.h"
#include "lib/batch/runner.h"

namespace cadenza {

class ResultSender final : public BatchObserver {
 public:
  ResultSender(std::unique_ptr<Courier> courier, std::filesystem::path out_dir)
      : courier_(std::move(courier)), out_dir_(std::move(out_dir)) {}

  Courier& courier() { return *courier_; }

  void completed(const BatchJob& job, const std::vector<JournalFile>& files,
                 double seconds) override;
  void failed(const BatchJob& job, const Error& error, double seconds) override;

 private:
  std::unique_ptr<Courier> courier_;
  std::filesystem::path out_dir_;
};

}  // namespace cadenza

// --watch: a folder whose request files become rows of a batch that is already running.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "lib/batch/manifest_builder.h"
#include "lib/batch/plan.h"
#include "lib/batch/runner.h"

namespace cadenza {

struct FolderFeedOptions {
  std::filesystem::path folder;
  std::string model_identity;                                // as default_id has it
  std::function<std::string(const RowValues&)> problem;      // as judge_rows has it
  std::function<void(const std::string& sentence)> refused;  // a file that holds no row
  std::function<void()> heartbeat;                           // called at every look
  std::chrono::milliseconds pause{500};                      // between two looks at the folder
};

// A file is taken once, by its name, when two looks in a row find it unchanged: whoever writes it
// may still be at it. A file that cannot be a row, or whose id another has, is refused alone.
class FolderFeed final : public JobFeed {
 public:
  // manifest and plan must outlive it; both grow.
  FolderFeed(Manifest& manifest, BatchPlan& plan, FolderFeedOptions options);

  void poll() override;
  std::size_t num_refused() const { return num_refused_; }

 private:
  using Stamp = std::pair<std::uintmax_t, std::filesystem::file_time_type>;

  void look(const std::filesystem::path& file);
  void take(const std::filesystem::path& file);
  void read(const std::filesystem::path& file);
  void plan_valid(std::size_t row);
  void plan_invalid(std::size_t row);
  void refuse(const std::string& sentence);
  bool claim(const std::vector<BatchJob>& jobs);

  Manifest& manifest_;
  BatchPlan& plan_;
  FolderFeedOptions options_;
  ManifestBuilder builder_;
  std::map<std::string, Stamp> stamps_;  // of files that may still be written
  std::set<std::string> taken_;          // names
  std::set<std::string> ids_;            // folded
  std::chrono::steady_clock::time_point next_look_;
  std::size_t num_refused_ = 0;
};

}  // namespace cadenza

// What `cadenza batch` prints: the plan of --dry-run, the schema of a row, a line for each track,
// the summary.
#pragma once

#include <string>
#include <vector>

#include "cli/batch_maker.h"
#include "cli/console.h"
#include "cli/terminal_progress.h"
#include "lib/batch/runner.h"
#include "lib/batch/tally.h"

namespace cadenza {

// One JSON object on one line.
std::string plan_line(const BatchMaker& maker, const BatchJob& job, const ModelInfo& model);

// JSON Schema (2020-12) of a row.
std::string row_schema();

// What standard output holds: the path of each track, its result as JSON, or nothing because events
// go there.
enum class RowLines { paths, json, none };

// Two decimals; four below one, where a cent is a lot.
std::string shown_cost(double cost);

// "48 of 50 done, 2 failed (1 io, 1 usage), in 12.0 s; seconds per track: p50 1.1, p95 2.0; …".
std::string batch_summary(const BatchFigures& figures);

// Tells people and programs what happens.
class BatchConsole final : public BatchObserver {
 public:
  BatchConsole(Console& console, RowLines row_lines, std::filesystem::path out_dir)
      : console_(console), row_lines_(row_lines), out_dir_(std::move(out_dir)) {}

  void begin(TerminalProgress& progress, std::size_t num_done, std::size_t num_jobs);

  void added(const BatchJob& job, bool is_done) override;
  void started(const BatchJob& job, int attempt) override;
  void completed(const BatchJob& job, const std::vector<JournalFile>& files,
                 double seconds) override;
  void retried(const BatchJob& job, const Error& error, double wait_s) override;
  void failed(const BatchJob& job, const Error& error, double seconds) override;
  void noted(const std::string& line) override { console_.note(line); }

  std::string standing() const;  // "12 of 50 done"

 private:
  Console& console_;
  RowLines row_lines_;
  std::filesystem::path out_dir_;
  TerminalProgress* progress_ = nullptr;
  std::size_t num_done_ = 0, num_jobs_ = 0, num_told_failures_ = 0;
};

}  // namespace cadenza

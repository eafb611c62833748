// What GitHub Actions shows of a batch: an annotation for each failed row, and a job summary.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/console.h"
#include "lib/batch/result_json.h"
#include "lib/batch/row_facts.h"
#include "lib/batch/runner.h"

namespace cadenza {

struct Annotation {
  std::string level;  // "error", "warning"
  std::string title, file;
  std::uint32_t line = 0;  // 0: unknown
  std::string message;
};

// "::error title=…,file=…,line=3::…\n", escaped as the runner unescapes it.
std::string annotation_line(const Annotation& annotation);

struct FailedRow {
  std::string id, prompt, kind, message;
};

// Markdown: a table of figures and one of the failed rows, the first of many.
std::string job_summary(const std::string& title, const RunEnd& end, const BatchFigures& figures,
                        const std::vector<FailedRow>& failed);

class GithubReport final : public BatchObserver {
 public:
  // summary_path: $GITHUB_STEP_SUMMARY, or empty.
  GithubReport(Console& console, std::string summary_path, std::string title,
               std::function<RowFacts(const BatchJob&)> facts)
      : console_(console),
        summary_path_(std::move(summary_path)),
        title_(std::move(title)),
        facts_(std::move(facts)) {}

  void retried(const BatchJob& job, const Error& error, double wait_s) override;
  void failed(const BatchJob& job, const Error& error, double seconds) override;

  // Appends the job summary.
  void end(const RunEnd& end, const BatchFigures& figures);

 private:
  void annotate(const char* level, const BatchJob& job, const Error& error);

  Console& console_;
  std::string summary_path_, title_;
  std::function<RowFacts(const BatchJob&)> facts_;
  std::vector<FailedRow> failed_;
  std::size_t num_failed_ = 0;
};

}  // namespace cadenza

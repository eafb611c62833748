// Everything a running batch tells besides its tracks: rows and summary on the console, events,
// status file, metrics, JUnit, GitHub's annotations, hooks. Nothing here can fail a track.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cli/batch_report.h"
#include "cli/commands.h"
#include "cli/github_report.h"
#include "cli/status_files.h"
#include "cli/ticking_progress.h"
#include "lib/batch/event_log.h"
#include "lib/batch/junit_recorder.h"
#include "lib/batch/observer_fan_out.h"
#include "lib/batch/result_sender.h"
#include "lib/batch/tally.h"
#include "lib/io/line_file.h"
#include "lib/net/http_post.h"

namespace cadenza {

// The files of `options` can be written and none is something else. Throws Error(usage), Error(io).
void expect_report_files(const BatchReportOptions& options);

class BatchOutputs {
 public:
  // Opens the event log. command, manifest, plan must outlive it.
  BatchOutputs(const BatchCommand& command, const Manifest& manifest, const BatchPlan& plan,
               Context& context);

  BatchObserver& observer() { return fan_out_; }
  ProgressReporter& progress() { return progress_; }
  // Writes what is due; often.
  void tick();
  std::string standing() const { return console_report_.standing(); }

  // After Batch::open.
  void begin(const Batch& batch, const std::string& model);
  // Tells the end to all of them, also when an error ended the run.
  void end(const RunEnd& end);
  // Throws Error(io) when something a program was to read is lost.
  void expect_delivered() const;

 private:
  void open_events();
  void open_hooks(const Environment& environment);
  void add_sender(const char* name, Courier::Deliver deliver);
  void tell_problems();
  void finish_hooks(const std::string& run_result);
  RunFacts run_facts(const Batch& batch, const std::string& model) const;
  void write_junit();

  const BatchCommand& command_;
  const Manifest& manifest_;
  const BatchPlan& plan_;
  Console& console_;
  const StopFlag& stop_;
  TerminalProgress terminal_;
  TickingProgress progress_;
  ObserverFanOut fan_out_;
  BatchTally tally_;
  BatchConsole console_report_;
  std::unique_ptr<LineFile> event_file_;
  std::unique_ptr<EventLog> events_;
  std::unique_ptr<StatusFiles> status_;
  std::unique_ptr<JunitRecorder> junit_;
  std::unique_ptr<GithubReport> github_;
  std::unique_ptr<HttpPoster> poster_;
  std::vector<std::unique_ptr<ResultSender>> senders_;
  Courier* notifier_ = nullptr;  // the one that also gets the run's result
  std::vector<bool> is_to_do_;   // by index of the plan
  std::string lost_;             // what could not be written, and why
};

}  // namespace cadenza

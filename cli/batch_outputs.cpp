#include "cli/batch_outputs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "lib/batch/junit.h"
#include "lib/io/publish.h"
#include "lib/io/shell.h"
#include "lib/text/quote.h"
#include "lib/text/utc_time.h"
#include "lib/version.h"

namespace cadenza {

namespace {

namespace fs = std::filesystem;

double steady_seconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

double steady_seconds(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

// A report may replace (or go on) an older one of its kind, never another file: a slip of the
// tongue such as --junit takes.jsonl must not cost the manifest.
void expect_own_report(const char* flag, const fs::path& path, const std::string& beginning) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored) || fs::file_size(path, ignored) == 0) return;
  std::string found(beginning.size(), '\0');
  std::ifstream(path).read(found.data(), static_cast<std::streamsize>(found.size()));
  if (found != beginning)
    fail(ErrorKind::usage,
         fmt::format("{}: {} exists and is not such a file of Cadenza's", flag,
                     shown_path(path.native())),
         "choose another name");
}

void expect_report(const char* flag, const fs::path& path, const std::string& beginning) {
  if (path.empty()) return;
  try {
    expect_publishable(path, Overwrite::yes);
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("{}: {}", flag, error.sentence()), error.hint());
  }
  expect_own_report(flag, path, beginning);
}

void expect_distinct(const BatchReportOptions& options) {
  const std::vector<std::pair<const char*, fs::path>> files = {
      {"events", options.events == "-" ? "" : options.events},
      {"status-file", options.status_file},
      {"metrics-file", options.metrics_file},
      {"junit", options.junit}};
  for (std::size_t i = 0; i < files.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (!files[i].second.empty() &&
          files[i].second.lexically_normal() == files[j].second.lexically_normal())
        fail(ErrorKind::usage,
             fmt::format("{}: {} is the file of {}, too", files[i].first,
                         shown_path(files[i].second.native()), files[j].first),
             "give each a file of its own");
}

RowLines row_lines(const BatchCommand& command) {
  if (command.report.events == "-") return RowLines::none;
  return command.prints_json ? RowLines::json : RowLines::paths;
}

std::unique_ptr<LineFile> open_event_file(const std::string& path) {
  try {
    return std::make_unique<LineFile>(path);
  } catch (const Error& error) {
    throw Error(error.kind(), "events: " + error.sentence(), error.hint());
  }
}

}  // namespace

void expect_report_files(const BatchReportOptions& options) {
  expect_distinct(options);
  expect_report("status-file", options.status_file, "{\n  \"schema_version\": ");
  expect_report("metrics-file", options.metrics_file, "# HELP cadenza_");
  expect_report("junit", options.junit, "<?xml");
  if (options.events != "-" && !options.events.empty())
    expect_own_report("events", options.events, "{\"schema_version\":");
}

BatchOutputs::BatchOutputs(const BatchCommand& command, const Manifest& manifest,
                           const BatchPlan& plan, Context& context)
    : command_(command),
      manifest_(manifest),
      plan_(plan),
      console_(context.console),
      stop_(context.stop),
      terminal_(context.console),
      progress_(terminal_, [this] { tick(); }),
      tally_([this](const BatchJob& job) { return music_seconds(manifest_, job); },
             [] { return steady_seconds(); }, steady_seconds(command.batch.began),
             command.report.cost_per_hour),
      console_report_(context.console, row_lines(command), command.batch.out_dir) {
  const auto facts = [this](const BatchJob& job) { return row_facts(manifest_, job); };
  fan_out_.add(tally_);
  fan_out_.add(console_report_);
  open_events();
  const BatchReportOptions& report = command.report;
  if (!report.status_file.empty() || !report.metrics_file.empty())
    status_ = std::make_unique<StatusFiles>(StatusPaths{report.status_file, report.metrics_file},
                                            tally_, console_);
  if (!report.junit.empty()) {
    junit_ = std::make_unique<JunitRecorder>(facts);
    fan_out_.add(*junit_);
  }
  if (context.environment.get("GITHUB_ACTIONS") == "true") {
    github_ = std::make_unique<GithubReport>(
        console_, context.environment.get("GITHUB_STEP_SUMMARY").value_or(""), command.manifest,
        facts);
    fan_out_.add(*github_);
  }
  open_hooks(context.environment);
}

void BatchOutputs::add_sender(const char* name, Courier::Deliver deliver) {
  senders_.push_back(std::make_unique<ResultSender>(
      std::make_unique<Courier>(name, std::move(deliver)), command_.batch.out_dir));
  fan_out_.add(*senders_.back());
}

void BatchOutputs::open_hooks(const Environment& environment) {
  const BatchReportOptions& report = command_.report;
  if (!report.on_complete.empty())
    add_sender("on-complete", [&report](const std::string& body, const std::atomic<bool>& hurry) {
      const ShellEnd end = run_shell(report.on_complete, body, report.hook_timeout_s, hurry);
      return Delivery{end.problem, end.is_hung};
    });
  if (report.notify_url.empty()) return;
  const std::string header = environment.get("CADENZA_NOTIFY_HEADER").value_or("");
  if (!header.empty()) expect_http_header("CADENZA_NOTIFY_HEADER", header);
  poster_ = make_http_poster(report.notify_url, header, "cadenza/" + std::string(kVersion));
  add_sender("notify-url", [this](const std::string& body, const std::atomic<bool>& hurry) {
    const PostEnd end = post_with_retries(*poster_, body, hurry);
    return Delivery{end.problem, end.is_hung};
  });
  notifier_ = &senders_.back()->courier();
}

// On the batch's own thread: observers are not for several.
void BatchOutputs::tell_problems() {
  for (const auto& sender : senders_)
    for (const std::string& problem : sender->courier().take_problems()) fan_out_.noted(problem);
}

void BatchOutputs::finish_hooks(const std::string& run_result) {
  if (notifier_ != nullptr) notifier_->send("the run", run_result + "\n");
  for (const auto& sender : senders_) sender->courier().finish(stop_);
  tell_problems();
}

// A reader that goes away costs the rest of the events, not the tracks.
void BatchOutputs::open_events() {
  const std::string& path = command_.report.events;
  if (path.empty()) return;
  EventLog::Sink sink = [this](std::string_view line) { console_.print(line); };
  if (path != "-") {
    event_file_ = open_event_file(path);
    sink = [this](std::string_view line) {
      if (!lost_.empty()) return;
      if (const int error = event_file_->append(line); error != 0)
        lost_ =
            fmt::format("events: {}: {}", shown_path(command_.report.events), std::strerror(error));
    };
  }
  const auto run = fmt::format("{}-{}", utc_time(std::chrono::system_clock::now()), ::getpid());
  events_ = std::make_unique<EventLog>(std::move(sink), run, command_.batch.out_dir);
  fan_out_.add(*events_);
}

void BatchOutputs::tick() {
  if (status_) status_->tick();
  tell_problems();
}

RunFacts BatchOutputs::run_facts(const Batch& batch, const std::string& model) const {
  return {.tool = "cadenza " + std::string(kVersion),
          .manifest = command_.manifest,
          .model = model,
          .out_dir = command_.batch.out_dir,
          .shard = command_.batch.shard,
          .pid = ::getpid(),
          .num_rows = batch.num_jobs(),
          .num_done_before = batch.num_done()};
}

void BatchOutputs::begin(const Batch& batch, const std::string& model) {
  double music_s = 0;
  is_to_do_.assign(plan_.jobs.size(), false);
  for (const std::size_t index : batch.to_do()) {
    is_to_do_[index] = true;
    music_s += music_seconds(manifest_, plan_.jobs[index]);
  }
  tally_.begin(batch.num_jobs(), batch.num_done(), music_s);
  console_report_.begin(terminal_, batch.num_done(), batch.num_jobs());
  const RunFacts facts = run_facts(batch, model);
  if (events_) events_->run_started(facts);
  if (status_) status_->begin(facts);
}

void BatchOutputs::write_junit() {
  const auto was_done = [this](const BatchJob& job) {
    const auto index = static_cast<std::size_t>(&job - plan_.jobs.data());
    return index < is_to_do_.size() ? !is_to_do_[index] : true;
  };
  const std::string suite = command_.manifest == "-" ? "standard input" : command_.manifest;
  try {
    publish_file(command_.report.junit, junit_xml(suite, junit_->cases(plan_, was_done)),
                 Overwrite::yes);
  } catch (const Error& error) {
    if (lost_.empty()) lost_ = "junit: " + error.sentence();
  }
}

void BatchOutputs::end(const RunEnd& end) {
  const BatchFigures figures = tally_.figures();
  finish_hooks(run_result(end, figures));
  if (events_) events_->run_ended(end, figures);
  if (status_) status_->end(run_status(end, figures));
  if (junit_) write_junit();
  if (github_) github_->end(end, figures);
  if (!end.error || run_status(end, figures) == "stopped") console_.note(batch_summary(figures));
}

void BatchOutputs::expect_delivered() const {
  console_.expect_delivered();
  if (!lost_.empty())
    fail(ErrorKind::io, lost_, "the tracks are there; only the report is incomplete");
}

}  // namespace cadenza

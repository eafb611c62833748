// `cadenza report`: what one or many output folders of batches hold.
#include <CLI/CLI.hpp>
#include <set>

#include "cli/command_flags.h"
#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "cli/values.h"
#include "lib/batch/report_text.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

namespace fs = std::filesystem;

constexpr const char* kHelp =
    "Examples:\n"
    "  cadenza report takes\n"
    "  cadenza report shards/* --cost-per-hour 2.50\n"
    "  cadenza report takes --format junit > report.xml\n"
    "  cadenza report takes --format markdown >> $GITHUB_STEP_SUMMARY\n"
    "\n"
    "Sums up the output folders of batches.";

constexpr double kMaxCostPerHour = 1e9;
constexpr std::size_t kShownWarnings = 20;

std::string read_format(const Settings& settings) {
  std::string format = settings.is_on("json") ? "json" : "table";
  settings.read("format", [&](const std::string& text) {
    const bool is_json = settings.is_on("json");
    format = expect_choice("format", text, {"table", "json", "junit", "markdown"});
    if (is_json && format != "json")
      fail(ErrorKind::usage, "json: contradicts --format " + format, "give one of them");
  });
  return format;
}

// Every damaged journal is told before it ends: none of them yields a figure.
std::vector<ReportFolder> read_folders(const std::vector<std::string>& paths, Context& context) {
  std::vector<ReportFolder> folders;
  std::set<fs::path> seen;
  std::optional<ErrorKind> first_fault;
  for (const std::string& path : paths) {
    context.stop.throw_if_requested();
    std::error_code ignored;
    if (!seen.insert(fs::weakly_canonical(path, ignored)).second) continue;
    try {
      folders.push_back(read_report_folder(path));
    } catch (const Error& error) {
      context.console.report(error);
      if (!first_fault) first_fault = error.kind();
    }
  }
  if (first_fault) throw Error(*first_fault, "");  // each has been told
  return folders;
}

void warn(const Report& report, Console& console) {
  for (const std::string& fault : report.inconsistencies) console.warn("inconsistent: " + fault);
  const std::size_t num_all = report.warnings.size();
  for (std::size_t i = 0; i < std::min(num_all, kShownWarnings); ++i)
    console.warn(report.warnings[i]);
  if (num_all > kShownWarnings)
    console.warn(std::to_string(num_all - kShownWarnings) + " more records could not be read");
}

}  // namespace

void add_report(CLI::App& root) {
  CLI::App* command = root.add_subcommand("report", kHelp);
  command->footer(exit_code_table());
  add_flags(*command, report_flags());
}

ReportJob make_report_job(const Settings& settings) {
  ReportJob job;
  job.paths = settings.paths("dir");
  if (job.paths.empty())
    fail(ErrorKind::usage, "dir: none was given", "name the --out-dir of a batch");
  job.format = read_format(settings);
  settings.read("cost_per_hour", [&](const std::string& text) {
    job.options.cost_per_hour = expect_number("cost-per-hour", text, 0, kMaxCostPerHour, "");
  });
  return job;
}

void run_report(const ReportJob& job, Context& context) {
  const Report report = make_report(read_folders(job.paths, context), job.options);
  warn(report, context.console);
  if (job.format == "json")
    context.console.print(report_json(report, job.options));
  else if (job.format == "junit")
    context.console.print(report_junit(report));
  else if (job.format == "markdown")
    context.console.print(report_markdown(report, job.options));
  else
    context.console.print(report_table(report, job.options));
  context.console.expect_delivered();
}

}  // namespace cadenza

// The commands. Each is three functions: add_… defines it for CLI11, make_…_job turns settings into
// plain data (pure, throws Error(usage)), run_… acts.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/console.h"
#include "cli/environment.h"
#include "cli/generate_plan.h"
#include "cli/machine_options.h"
#include "cli/settings.h"
#include "lib/batch/report.h"
#include "lib/batch/runner.h"
#include "lib/stop.h"

namespace CLI {
class App;
}

namespace cadenza {

// What every command acts with.
struct Context {
  const Environment& environment;
  Console& console;
  const StopFlag& stop;
};

void add_generate(CLI::App& root);
GenerateJob make_generate_job(const Settings& settings);
void run_generate(GenerateJob job, Context& context);

// Who is told what happens in a batch, besides the console.
struct BatchReportOptions {
  std::string events;                                      // "-" is standard output; or empty
  std::filesystem::path status_file, metrics_file, junit;  // empty: none
  std::optional<double> cost_per_hour;
  std::string on_complete;  // a command for /bin/sh; or empty
  double hook_timeout_s = 60;
  std::string notify_url;
};

// Everything `cadenza batch` was told.
struct BatchCommand {
  std::string manifest;  // "-" is standard input
  ManifestOptions rows;
  OutputOptions output;
  MachineOptions machine;
  BatchOptions batch;
  BatchReportOptions report;
  bool is_fail_fast = false, is_dry_run = false, prints_schema = false, prints_json = false;
  bool watches = false;
  bool is_shard_detected = false;  // --shard auto
  ShardHints shard_hints;
};

void add_batch(CLI::App& root);
BatchCommand make_batch_command(const Settings& settings);
void run_batch(BatchCommand command, Context& context);

struct ModelsJob {
  enum class Action { list, info, pack };
  Action action = Action::list;
  MachineOptions machine;
  bool hashes_files = false, prints_json = false;
};

void add_models(CLI::App& root);
ModelsJob make_models_job(const Settings& settings, ModelsJob::Action action);
void run_models(const ModelsJob& job, Context& context);

struct VerifyJob {
  std::vector<std::string> paths;
  std::optional<std::string> model, device, precision;  // absent: what each record names
  RuntimeOptions runtime;                               // but for device and precision
  bool is_hashes_only = false, prints_json = false;
};

void add_verify(CLI::App& root);
VerifyJob make_verify_job(const Settings& settings);
void run_verify(const VerifyJob& job, Context& context);

struct ReportJob {
  std::vector<std::string> paths;
  std::string format = "table";  // table json junit markdown
  ReportOptions options;
};

void add_report(CLI::App& root);
ReportJob make_report_job(const Settings& settings);
void run_report(const ReportJob& job, Context& context);

struct DoctorJob {
  MachineOptions machine;
  std::string config_name;  // empty: no config file in use
  bool prints_json = false;
};

void add_doctor(CLI::App& root);
DoctorJob make_doctor_job(const Settings& settings);
void run_doctor(const DoctorJob& job, Context& context);

}  // namespace cadenza

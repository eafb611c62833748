// `cadenza batch`: the tracks of a manifest, killed at any moment and run again.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "cli/batch_maker.h"
#include "cli/batch_outputs.h"
#include "cli/batch_report.h"
#include "cli/command_flags.h"
#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/values.h"
#include "lib/batch/folder_feed.h"
#include "lib/io/sha256.h"
#include "lib/net/http_post.h"
#include "lib/text/quote.h"
#include "lib/version.h"
#include "models/load.h"

namespace cadenza {

namespace {

constexpr const char* kHelp =
    "Examples:\n"
    "  cadenza batch takes.jsonl --out-dir takes\n"
    "  cadenza batch takes.csv --out-dir takes --dry-run\n"
    "  cadenza batch takes.jsonl --out-dir takes --shard 2/8 --retries 3\n"
    "  cadenza batch takes.jsonl --out-dir takes --events - --junit takes.xml\n"
    "  cadenza batch requests/ --out-dir takes --watch\n"
    "  cadenza batch --schema\n"
    "\n"
    "Makes the tracks of a manifest. Run again, it makes what is missing.";

constexpr double kMaxSeconds = 1e7, kMaxCost = 1e9, kMaxHookSeconds = 3600;

// Everything has been told in lines of their own; only the exit code is left.
[[noreturn]] void end_with(ErrorKind kind) { throw Error(kind, ""); }

void read_run_flags(const Settings& settings, BatchOptions& batch) {
  batch.max_rows = 0;
  settings.read("batch_size", [&](const std::string& text) {
    if (text != "auto") batch.max_rows = expect_integer("batch-size", text, 1, 4096);
  });
  batch.retries = 2;
  settings.read("retries", [&](const std::string& text) {
    batch.retries = expect_integer("retries", text, 0, 100);
  });
  settings.read("timeout", [&](const std::string& text) {
    batch.timeout_s = expect_number("timeout", text, 0, kMaxSeconds, " s");
  });
  settings.read("max_failures", [&](const std::string& text) {
    batch.max_failures = expect_integer("max-failures", text, 0, 1000000);
  });
  settings.read("max_seconds", [&](const std::string& text) {
    batch.max_seconds = expect_number("max-seconds", text, 0, kMaxSeconds, " s");
  });
  batch.is_fresh = settings.is_on("fresh");
  batch.reruns_failed_only = settings.is_on("rerun_failed");
  batch.checks_hashes = settings.is_on("verify");
  if (batch.is_fresh && (settings.is_on("resume") || batch.reruns_failed_only))
    fail(ErrorKind::usage, "fresh: given together with resume or rerun-failed", "choose one");
}

void read_cost(const Settings& settings, BatchCommand& command) {
  settings.read("cost_per_hour", [&](const std::string& text) {
    command.batch.cost_per_hour = expect_number("cost-per-hour", text, 0, kMaxCost, "");
    command.report.cost_per_hour = command.batch.cost_per_hour;
  });
  settings.read("max_cost", [&](const std::string& text) {
    command.batch.max_cost = expect_number("max-cost", text, 0, kMaxCost, "");
  });
  if (settings.is_given("max_cost") && command.batch.cost_per_hour <= 0)
    fail(ErrorKind::usage, "max-cost: needs to know what an hour costs",
         "give --cost-per-hour, above 0");
}

void read_reports(const Settings& settings, BatchCommand& command) {
  BatchReportOptions& report = command.report;
  report.events = settings.text_or("events", "");
  report.status_file = settings.text_or("status_file", "");
  report.metrics_file = settings.text_or("metrics_file", "");
  report.junit = settings.text_or("junit", "");
  for (const char* name : {"events", "status-file", "metrics-file", "junit"})
    if (settings.is_given(field_name(name)) && settings.text_or(field_name(name), "").empty())
      fail(ErrorKind::usage, fmt::format("{}: the file name is empty", name));
  report.on_complete = settings.text_or("on_complete", "");
  settings.read("hook_timeout", [&](const std::string& text) {
    report.hook_timeout_s = expect_number("hook-timeout", text, 0.1, kMaxHookSeconds, " s");
  });
  if (settings.is_given("hook_timeout") && !settings.is_given("on_complete"))
    fail(ErrorKind::usage, "hook-timeout: means nothing without on-complete");
  settings.read("notify_url", [&](const std::string& text) {
    expect_http_url("notify-url", text);
    report.notify_url = text;
  });
  if (settings.is_given("on_complete") && report.on_complete.empty())
    fail(ErrorKind::usage, "on-complete: the command is empty");
  if (report.events == "-" && command.prints_json)
    fail(ErrorKind::usage, "events: - and json both want standard output", "give --events a file");
}

void read_shard(const Settings& settings, BatchCommand& command) {
  settings.read("shard", [&](const std::string& text) {
    command.is_shard_detected = text == "auto";
    if (!command.is_shard_detected) command.batch.shard = parse_shard(text);
  });
  settings.read("shard_count", [&](const std::string& text) {
    command.shard_hints.count = expect_integer("shard-count", text, 1, 1000000);
  });
  settings.read("shard_base", [&](const std::string& text) {
    command.shard_hints.base = expect_integer("shard-base", text, 0, 1000000);
  });
}

// Faults in lines of their own, in the order of the file; then the total when some were left out.
void report_faults(const std::vector<std::string>& faults, std::size_t num_faults,
                   Console& console) {
  for (const std::string& fault : faults) console.report(Error(ErrorKind::usage, fault));
  if (num_faults > faults.size())
    console.report(Error(ErrorKind::usage, fmt::format("{} faults in all, the first {} are shown",
                                                       num_faults, faults.size())));
}

// --watch: all rows come from the feed. The journal wants to know where from.
Manifest empty_manifest(const BatchCommand& command) {
  Manifest manifest;
  manifest.options = command.rows;
  manifest.defaults.request = command.rows.defaults;
  manifest.sha256 = sha256_hex("watched\n" + command.manifest);
  return manifest;
}

void expect_watchable(const BatchCommand& command) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(command.manifest, ignored))
    fail(ErrorKind::usage, fmt::format("watch: {} is not a folder", shown_path(command.manifest)),
         "name a folder of request files");
  if (std::filesystem::weakly_canonical(command.manifest, ignored) ==
      std::filesystem::weakly_canonical(command.batch.out_dir, ignored))
    fail(ErrorKind::usage, "watch: out-dir is the watched folder: results would become requests",
         "choose another --out-dir");
}

Manifest read_rows(const BatchCommand& command, Console& console) {
  Manifest manifest = read_manifest(command.manifest, command.rows);
  if (!manifest.is_refused) return manifest;
  report_faults(manifest.faults, manifest.num_faults, console);
  end_with(ErrorKind::usage);
}

// Value faults: the other rows can be made.
void report_invalid(const Manifest& manifest, bool is_fail_fast, Console& console) {
  report_faults(manifest.faults, manifest.num_faults, console);
  if (manifest.rows.empty() || (is_fail_fast && !manifest.invalid.empty()))
    end_with(ErrorKind::usage);
}

std::string lock_owner() {
  char host[256] = "unknown host";
  ::gethostname(host, sizeof host - 1);
  const std::time_t now = std::time(nullptr);
  char since[32];
  std::tm parts{};
  std::strftime(since, sizeof since, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
  return fmt::format("pid {} on {} since {}", ::getpid(), host, since);
}

// The seconds in which nothing can be lost: what is finished is published and recorded.
BatchSummary make_all(Batch& batch, Generator& generator, BatchOutputs& outputs,
                      const StopFlag& stop) {
  static StopFlag drain;  // handlers outlive every scope
  watch_drain(drain);
  try {
    return batch.run(generator, outputs.progress(), stop, drain);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::interrupted && error.kind() != ErrorKind::terminated) throw;
    throw Error(error.kind(), "stopped by a signal: " + outputs.standing(),
                "run it again to go on");
  }
}

// Loads the model when there is something to do. Whatever ends the run, its reports are written.
BatchSummary make_and_tell(Batch& batch, const std::shared_ptr<const Checkpoint>& checkpoint,
                           const BatchCommand& command, BatchMaker& maker, BatchOutputs& outputs,
                           const StopFlag& stop) {
  BatchSummary summary{.num_jobs = batch.num_jobs(), .num_done_before = batch.num_done()};
  try {
    if (batch.num_to_do() > 0 || command.watches) {
      const auto generator =
          load_generator(checkpoint, command.machine.runtime, outputs.progress());
      maker.set_generator(*generator);
      summary = make_all(batch, *generator, outputs, stop);
    }
  } catch (const Error& error) {
    outputs.end({.error = error});
    throw;
  }
  outputs.end({.stopped_by = summary.stopped_by});
  return summary;
}

void end(const BatchSummary& summary) {
  if (summary.num_left() > 0 && summary.stopped_by != "--max-failures" &&
      !summary.stopped_by.empty())
    fail(ErrorKind::temporary,
         fmt::format("stopped by {}: {} tracks are left", summary.stopped_by, summary.num_left()),
         "run it again to go on");
  if (summary.num_failed > 0) end_with(ErrorKind::partial);
}

void print_plan(const BatchPlan& plan, const BatchMaker& maker, const ModelInfo& model,
                Console& console) {
  for (const BatchJob& job : plan.jobs) console.print(plan_line(maker, job, model));
  console.expect_delivered();
}

void detect_shard_of(BatchCommand& command, Context& context) {
  if (command.is_shard_detected)
    command.batch.shard = detect_shard(
        [&](const std::string& name) { return context.environment.get(name).value_or(""); },
        command.shard_hints);
  const Shard& shard = command.batch.shard;
  if (shard.count > 1)
    context.console.note(
        fmt::format("shard {} of {}, by {}", shard.index + 1, shard.count, shard.source));
}

}  // namespace

void add_batch(CLI::App& root) {
  CLI::App* command = root.add_subcommand("batch", kHelp);
  command->footer(exit_code_table());
  add_flags(*command, batch_flags());
}

BatchCommand make_batch_command(const Settings& settings) {
  BatchCommand command;
  command.prints_schema = settings.is_on("schema");
  if (!settings.is_given("manifest") && !command.prints_schema)
    fail(ErrorKind::usage, "manifest: none was given", "name a file: cadenza batch takes.jsonl");
  command.manifest = settings.text_or("manifest", "");
  settings.read("max_prompt_chars", [&](const std::string& text) {
    command.rows.max_prompt_chars = expect_integer("max-prompt-chars", text, 5, 1000000);
  });
  settings.read("max_rows", [&](const std::string& text) {
    command.rows.max_rows = expect_integer("max-rows", text, 1, 100000000);
  });
  for (const auto& field : request_fields())
    if (field != "prompt" && field != "id")
      settings.read(
          field, [&](const std::string& text) { set_field(command.rows.defaults, field, text); });
  read_shard(settings, command);
  read_run_flags(settings, command.batch);
  command.prints_json = settings.is_on("json");
  read_cost(settings, command);
  read_reports(settings, command);
  command.output = make_output_options(settings);
  command.machine = make_machine_options(settings);
  command.watches = settings.is_on("watch");
  if (command.watches && (settings.is_given("shard") || settings.is_on("dry_run")))
    fail(ErrorKind::usage, "watch: given together with shard or dry-run", "choose one");
  command.is_fail_fast = settings.is_on("fail_fast");
  if (command.is_fail_fast) command.batch.max_failures = 1;
  command.is_dry_run = settings.is_on("dry_run");
  if (command.output.out_dir.empty() && !command.is_dry_run && !command.prints_schema)
    fail(ErrorKind::usage, "out-dir: none was given", "name a folder: --out-dir takes");
  command.batch.out_dir = command.output.out_dir;
  command.batch.overwrites = command.output.overwrite == Overwrite::yes;
  return command;
}

void run_batch(BatchCommand command, Context& context) {
  Console& console = context.console;
  if (command.prints_schema) {
    console.print(row_schema());
    return console.expect_delivered();
  }
  if (command.watches) expect_watchable(command);
  expect_report_files(command.report);
  detect_shard_of(command, context);
  const auto checkpoint =
      open_checkpoint(command.machine.model, {hub_cache_path(context.environment)});
  const ModelInfo& model = describe(*checkpoint);
  command.rows.model_names = {command.machine.model, model.name};

  Manifest manifest = command.watches ? empty_manifest(command) : read_rows(command, console);
  BatchMaker maker(manifest, command.output, command.machine.runtime.precision);
  judge_rows(manifest, [&](const RowValues& row) { return maker.problem(row, model); });
  if (!command.watches) report_invalid(manifest, command.is_fail_fast, console);
  BatchPlan plan = plan_batch(manifest, model.name + "\n" + model.revision, command.batch.shard);
  if (plan.num_faults > 0) {
    report_faults(plan.faults, plan.num_faults, console);
    end_with(ErrorKind::usage);
  }
  if (command.is_dry_run) return print_plan(plan, maker, model, console);

  maker.set_model_files(file_hashes(*checkpoint));
  command.batch.open = {"cadenza " + std::string(kVersion), manifest.sha256, maker.model_sha256(),
                        maker.settings_sha256(), static_cast<std::int64_t>(plan.num_all)};
  command.batch.owner = lock_owner();
  BatchOutputs outputs(command, manifest, plan, context);
  FolderFeed feed(manifest, plan,
                  {.folder = command.manifest,
                   .model_identity = model.name + "\n" + model.revision,
                   .problem = [&](const RowValues& row) { return maker.problem(row, model); },
                   .refused =
                       [&](const std::string& fault) {
                         console.report({ErrorKind::usage, fault});
                       },
                   .heartbeat = [&] { outputs.tick(); }});
  if (command.watches) command.batch.feed = &feed;
  Batch batch(plan, maker, command.batch, outputs.observer());
  batch.check();
  batch.open();
  command.machine.runtime = command.machine.runtime_in(context.environment);
  outputs.begin(batch, model.name);
  const BatchSummary summary =
      make_and_tell(batch, checkpoint, command, maker, outputs, context.stop);
  outputs.expect_delivered();
  end(summary);
  if (feed.num_refused() > 0) end_with(ErrorKind::partial);
}

}  // namespace cadenza

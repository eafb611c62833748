// `cadenza batch`: the tracks of a manifest, killed at any moment and run again.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "cli/batch_maker.h"
#include "cli/batch_report.h"
#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/terminal_progress.h"
#include "cli/values.h"
#include "lib/version.h"
#include "models/load.h"

namespace cadenza {

namespace {

constexpr const char* kHelp =
    "Examples:\n"
    "  cadenza batch takes.jsonl --out-dir takes\n"
    "  cadenza batch takes.csv --out-dir takes --dry-run\n"
    "  cadenza batch takes.jsonl --out-dir takes --shard 2/8 --retries 3\n"
    "  cadenza batch --schema\n"
    "\n"
    "Makes the tracks of a manifest. Run again, it makes what is missing.";

constexpr double kMaxSeconds = 1e7;

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
BatchSummary make_all(Batch& batch, Generator& generator, BatchConsole& report,
                      TerminalProgress& progress, const StopFlag& stop) {
  static StopFlag drain;  // handlers outlive every scope
  watch_drain(drain);
  try {
    return batch.run(generator, progress, stop, drain);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::interrupted && error.kind() != ErrorKind::terminated) throw;
    throw Error(error.kind(), "stopped by a signal: " + report.standing(), "run it again to go on");
  }
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
  command.output = make_output_options(settings);
  command.machine = make_machine_options(settings);
  command.is_fail_fast = settings.is_on("fail_fast");
  if (command.is_fail_fast) command.batch.max_failures = 1;
  command.is_dry_run = settings.is_on("dry_run");
  command.prints_json = settings.is_on("json");
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
  detect_shard_of(command, context);
  const auto checkpoint =
      open_checkpoint(command.machine.model, {hub_cache_path(context.environment)});
  const ModelInfo& model = describe(*checkpoint);
  command.rows.model_names = {command.machine.model, model.name};

  Manifest manifest = read_rows(command, console);
  BatchMaker maker(manifest, command.output, command.machine.runtime.precision);
  judge_rows(manifest, [&](const RowValues& row) { return maker.problem(row, model); });
  report_invalid(manifest, command.is_fail_fast, console);
  const BatchPlan plan =
      plan_batch(manifest, model.name + "\n" + model.revision, command.batch.shard);
  if (plan.num_faults > 0) {
    report_faults(plan.faults, plan.num_faults, console);
    end_with(ErrorKind::usage);
  }
  if (command.is_dry_run) return print_plan(plan, maker, model, console);

  maker.set_model_files(file_hashes(*checkpoint));
  command.batch.open = {"cadenza " + std::string(kVersion), manifest.sha256, maker.model_sha256(),
                        maker.settings_sha256(),
                        static_cast<std::int64_t>(plan.num_all)};
  command.batch.owner = lock_owner();
  BatchConsole report(console, command.prints_json, command.batch.out_dir);
  Batch batch(plan, maker, command.batch, report);
  batch.check();
  batch.open();
  TerminalProgress progress(console);
  report.begin(progress, batch.num_done(), batch.num_jobs());
  if (batch.num_to_do() == 0) return;
  const auto generator = load_generator(checkpoint, command.machine.runtime_in(context.environment), progress);
  maker.set_generator(*generator);
  const BatchSummary summary = make_all(batch, *generator, report, progress, context.stop);
  console.note(report.summary(summary));
  console.expect_delivered();
  end(summary);
}

}  // namespace cadenza

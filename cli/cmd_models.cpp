// `cadenza models`: which models are there, and what one of them holds.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/command_flags.h"
#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "cli/model_report.h"
#include "cli/terminal_progress.h"
#include "lib/error.h"
#include "models/load.h"

namespace cadenza {

namespace {

constexpr const char* kHelp =
    "Examples:\n"
    "  cadenza models list\n"
    "  cadenza models info starter --hashes\n"
    "\n"
    "Lists models and describes them.";

// Loading writes the file when it is not there.
std::string pack(const ModelsJob& job, const ModelSearch& search, Context& context) {
  const auto checkpoint = open_checkpoint(job.machine.model, search);
  const RuntimeOptions runtime = job.machine.runtime_in(context.environment);
  if (runtime.pack_folder.empty())
    fail(ErrorKind::usage, "there is no cache folder: neither XDG_CACHE_HOME nor HOME is set");
  TerminalProgress progress(context.console);
  const auto generator = load_generator(checkpoint, runtime, progress);
  const auto path = pack_path(*checkpoint, runtime.pack_folder, generator->runtime().precision);
  if (path.empty()) fail(ErrorKind::usage, "the starter needs no packed weights");
  if (!std::filesystem::exists(path))
    fail(ErrorKind::io, path.string() + ": could not be made",
         generator->runtime().device == "cpu" ? "see the line above" : "give --device cpu");
  return job.prints_json ? nlohmann::json{{"pack", path.string()}}.dump() : path.string();
}

std::string report(const ModelsJob& job, const ModelSearch& search, Context& context) {
  switch (job.action) {
    case ModelsJob::Action::list:
      return list_report(search, job.prints_json);
    case ModelsJob::Action::info:
      return info_report(job.machine.model, job.hashes_files, search, job.prints_json);
    case ModelsJob::Action::pack:
      return pack(job, search, context);
  }
  return {};
}

}  // namespace

void add_models(CLI::App& root) {
  CLI::App* command = root.add_subcommand("models", kHelp);
  command->footer(exit_code_table());
  CLI::App* list = command->add_subcommand(
      "list", "Examples:\n  cadenza models list --json\n\nLists the models that can be used now.");
  add_flags(*list, models_list_flags());
  CLI::App* info = command->add_subcommand("info",
                                           "Examples:\n  cadenza models info starter\n\nSays what "
                                           "a model holds: licence, sizes, window, "
                                           "files.");
  add_flags(*info, models_info_flags());
  CLI::App* pack =
      command->add_subcommand("pack",
                              "Examples:\n  cadenza models pack facebook/musicgen-small "
                              "--precision int8\n\nWrites the file "
                              "of packed weights that the next start reads, and prints its path.");
  add_flags(*pack, models_pack_flags());
}

ModelsJob make_models_job(const Settings& settings, ModelsJob::Action action) {
  ModelsJob job;
  job.action = action;
  if (action != ModelsJob::Action::list) job.machine = make_machine_options(settings);
  job.hashes_files = settings.is_on("hashes");
  job.prints_json = settings.is_on("json");
  return job;
}

void run_models(const ModelsJob& job, Context& context) {
  context.console.print(report(job, {hub_cache_path(context.environment)}, context));
  context.console.expect_delivered();
}

}  // namespace cadenza

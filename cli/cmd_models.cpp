// `cadenza models`: which models are there, and what one of them holds.
#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "cli/model_report.h"
#include "models/load.h"

namespace cadenza {

namespace {

constexpr const char* kHelp =
    "Examples:\n"
    "  cadenza models list\n"
    "  cadenza models info starter --hashes\n"
    "\n"
    "Lists models and describes them.";

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
}

ModelsJob make_models_job(const Settings& settings, bool is_list) {
  ModelsJob job;
  if (!is_list) job.model = make_machine_options(settings).model;
  job.is_list = is_list;
  job.hashes_files = settings.is_on("hashes");
  job.prints_json = settings.is_on("json");
  return job;
}

void run_models(const ModelsJob& job, Context& context) {
  const ModelSearch search{hub_cache_path(context.environment)};
  context.console.print(job.is_list
                            ? list_report(search, job.prints_json)
                            : info_report(job.model, job.hashes_files, search, job.prints_json));
  context.console.expect_delivered();
}

}  // namespace cadenza

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

std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string list_report(const ModelSearch& search, bool as_json) {
  std::string text;
  Json array = Json::array();
  for (const auto& name : list_models(search)) {
    const auto checkpoint = open_checkpoint(name, search);
    array.push_back(model_object(describe(*checkpoint)));
    text += model_line(describe(*checkpoint)) + "\n";
  }
  return as_json ? json_text(array) : text;
}

std::string info_report(const ModelsJob& job, const ModelSearch& search) {
  const auto checkpoint = open_checkpoint(job.model, search);
  const ModelInfo& model = describe(*checkpoint);
  std::vector<std::pair<std::string, std::string>> hashes;
  if (job.hashes_files) hashes = file_hashes(*checkpoint);
  return job.prints_json ? json_text(model_object(model, hashes)) : model_text(model, hashes);
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
  context.console.print(job.is_list ? list_report(search, job.prints_json)
                                    : info_report(job, search));
  context.console.expect_delivered();
}

}  // namespace cadenza

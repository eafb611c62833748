#include "cli/app.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>

#include "cli/arguments.h"
#include "cli/command_flags.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "lib/error.h"
#include "lib/json/strict_json.h"
#include "lib/text/quote.h"
#include "lib/version.h"

namespace cadenza {

namespace {

constexpr const char* kHelp =
    "Examples:\n"
    "  cadenza generate \"calm piano over soft rain\" --duration 8\n"
    "  cadenza generate \"lofi beat\" --tempo 84 --key \"C minor\" -o beat.mp3\n"
    "  cadenza batch takes.jsonl --out-dir takes\n"
    "  cadenza report takes\n"
    "  cadenza verify takes\n"
    "  cadenza models list\n"
    "  cadenza doctor\n"
    "\n"
    "Cadenza makes music from words, on this machine.";

// One row per command that acts: where it stands, its flags, and what it does with its settings.
struct Command {
  std::vector<std::string> path;
  std::function<std::vector<FlagGroup>()> flags;
  std::function<void(const Settings&, Context&)> run;
};

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands = {
      {{"generate"},
       generate_flags,
       [](const Settings& s, Context& c) { run_generate(make_generate_job(s), c); }},
      {{"batch"},
       batch_flags,
       [](const Settings& s, Context& c) { run_batch(make_batch_command(s), c); }},
      {{"models", "list"},
       models_list_flags,
       [](const Settings& s, Context& c) {
         run_models(make_models_job(s, ModelsJob::Action::list), c);
       }},
      {{"models", "info"},
       models_info_flags,
       [](const Settings& s, Context& c) {
         run_models(make_models_job(s, ModelsJob::Action::info), c);
       }},
      {{"models", "pack"},
       models_pack_flags,
       [](const Settings& s, Context& c) {
         run_models(make_models_job(s, ModelsJob::Action::pack), c);
       }},
      {{"verify"},
       verify_flags,
       [](const Settings& s, Context& c) { run_verify(make_verify_job(s), c); }},
      {{"report"},
       report_flags,
       [](const Settings& s, Context& c) { run_report(make_report_job(s), c); }},
      {{"doctor"},
       doctor_flags,
       [](const Settings& s, Context& c) { run_doctor(make_doctor_job(s), c); }},
  };
  return kCommands;
}

void set_help_flag(CLI::App& app) {
  app.set_help_flag("-h,--help")->description("this page")->option_text("-h, --help");
  app.get_help_ptr()->group(app.get_subcommands({}).empty() ? "General" : "Flags");
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; }))
    set_help_flag(*command);
}

void build(CLI::App& root) {
  use_help_layout(root);
  root.footer(exit_code_table());
  add_flags(root,
            {{"Flags",
              {{.name = "version", .help = "name and version", .kind = FlagKind::toggle},
               {.name = "json", .help = "with --version: as JSON", .kind = FlagKind::toggle}}}});
  add_generate(root);
  add_batch(root);
  add_models(root);
  add_verify(root);
  add_report(root);
  add_doctor(root);
  CLI::App* help = root.add_subcommand(
      "help", "Examples:\n  cadenza help generate\n\nShows the help of a command.");
  // A word, not a flag: no heading, so the help does not show it as one.
  add_flags(*help, {{"", {{.name = "command", .kind = FlagKind::list, .is_positional = true}}}});
  set_help_flag(root);
}

std::string version_text(bool as_json) {
  if (!as_json) return fmt::format("cadenza {} ({})\n", kVersion, kCommit);
  const Json object = {
      {"name", "cadenza"}, {"version", std::string(kVersion)}, {"commit", std::string(kCommit)}};
  return object.dump() + "\n";
}

// CLI11 wants the words last first. What it could object to was refused before, in our own words.
void parse(CLI::App& root, std::vector<std::string> words) {
  std::reverse(words.begin(), words.end());
  try {
    root.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    throw;
  } catch (const CLI::ParseError& error) {
    fail(ErrorKind::usage, escaped(error.what()), "see cadenza --help");
  }
}

// The path of the innermost command said, and that command.
std::pair<std::vector<std::string>, const CLI::App*> chosen(const CLI::App& root) {
  std::vector<std::string> path;
  const CLI::App* command = &root;
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    path.push_back(command->get_name());
  }
  return {path, command};
}

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
  for (const CLI::App* inner : app.get_subcommands([](const CLI::App*) { return true; }))
    if (inner->get_name() == name) return inner;
  return nullptr;
}

std::string help_of(const CLI::App& root, const std::vector<std::string>& path) {
  const CLI::App* command = &root;
  std::string name = "cadenza";
  for (const auto& word : path) {
    command = find_command(*command, word);
    if (command == nullptr)
      fail(ErrorKind::usage, "help: " + quoted(word) + " is no command", "see cadenza --help");
    name += " " + word;
  }
  return static_cast<const CLI::Formatter&>(*command->get_formatter())
      .make_help(command, name, CLI::AppFormatMode::Normal);
}

[[noreturn]] void fail_without_command(const CLI::App& command,
                                       const std::vector<std::string>& path) {
  std::string names;
  for (const CLI::App* inner : command.get_subcommands([](const CLI::App*) { return true; }))
    names += (names.empty() ? "" : ", ") + inner->get_name();
  const std::string place = path.empty() ? "cadenza" : "cadenza " + path.front();
  fail(ErrorKind::usage, place + ": the command is missing (" + names + ")",
       "see " + place + " --help");
}

void run_command(const std::vector<std::string>& path, const CLI::App& app, Context& context) {
  const auto command = std::find_if(commands().begin(), commands().end(),
                                    [&](const Command& row) { return row.path == path; });
  if (command == commands().end()) fail_without_command(app, path);
  const FlagValues given = given_flags(app);
  const ConfigFile config = find_config(given, context.environment);
  const Settings settings = resolve_settings(command->flags(), given, context.environment, config);
  context.console.set_options(make_console_options(settings, context.environment));
  for (const auto& warning : misspelt_variables(context.environment)) context.console.warn(warning);
  command->run(settings, context);
}

}  // namespace

void run_cadenza(const std::vector<std::string>& arguments, Context& context) {
  CLI::App root{kHelp, "cadenza"};
  build(root);
  const auto print = [&](const std::string& text) {
    context.console.print(text);
    context.console.expect_delivered();
  };
  try {
    parse(root, canonical_arguments(root, arguments));
  } catch (const CLI::CallForHelp&) {
    return print(help_of(root, chosen(root).first));
  }
  const auto [path, command] = chosen(root);
  FlagValues given = given_flags(*command);
  if (path.empty() && given.count("version") > 0)
    return print(version_text(given.count("json") > 0));
  if (path == std::vector<std::string>{"help"}) return print(help_of(root, given["command"]));
  run_command(path, *command, context);
}

}  // namespace cadenza

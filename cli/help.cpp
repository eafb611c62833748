#include "cli/help.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <sstream>

namespace cadenza {

namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kNameColumns = 30;

// Breaks `text` between words so that, indented by `indent`, no line passes kColumns.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::istringstream words(text);
  std::string word, result;
  std::size_t column = indent;
  while (words >> word) {
    if (column > indent && column + 1 + word.size() > kColumns) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) ++column, result += ' ';
    result += word;
    column += word.size();
  }
  return result;
}

std::string entry(const std::string& name, const std::string& text) {
  const std::string head = "  " + name;
  const std::string gap = head.size() + 2 > kNameColumns
                              ? "\n" + std::string(kNameColumns, ' ')
                              : std::string(kNameColumns - head.size(), ' ');
  return head + gap + wrapped(text, kNameColumns) + "\n";
}

class HelpLayout : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const override {
    std::string page = app->get_description() + "\n\n" + usage(app, name) + "\n";
    for (const std::string& group : app->get_groups()) page += flags(app, group);
    page += commands(app);
    return app->get_footer().empty() ? page : page + app->get_footer() + "\n";
  }

 private:
  static bool has_commands(const CLI::App* app) {
    return !app->get_subcommands([](const CLI::App*) { return true; }).empty();
  }

  static std::string usage(const CLI::App* app, const std::string& name) {
    std::string line = "Usage: " + name;
    if (has_commands(app)) line += " COMMAND";
    for (const CLI::Option* option : app->get_options())
      if (option->get_positional())
        line += " [" + upper(option->get_lnames().front()) + (is_list(option) ? "]..." : "]");
    return line + " [FLAGS]\n";
  }

  static bool is_list(const CLI::Option* option) {
    return option->get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  }

  static std::string upper(std::string text) {
    for (char& c : text)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
  }

  static std::string flags(const CLI::App* app, const std::string& group) {
    std::string section;
    for (const CLI::Option* option : app->get_options()) {
      if (option->get_group() != group || group.empty()) continue;
      section += entry(option->get_option_text(), option->get_description());
    }
    return section.empty() ? "" : group + ":\n" + section + "\n";
  }

  static std::string commands(const CLI::App* app) {
    std::string section;
    for (const CLI::App* command : app->get_subcommands([](const CLI::App*) { return true; }))
      section += entry(command->get_name(), summary(command->get_description()));
    return section.empty() ? "" : "Commands:\n" + section + "\n";
  }

  // The last paragraph of a description says what the command does; examples stand before it.
  static std::string summary(const std::string& description) {
    const auto at = description.rfind("\n\n");
    return at == std::string::npos ? description : description.substr(at + 2);
  }
};

}  // namespace

void use_help_layout(CLI::App& app) { app.formatter(std::make_shared<HelpLayout>()); }

std::string exit_code_table() {
  return "Exit codes:\n"
         "    0  done\n"
         "    1  internal error: a bug, please report it\n"
         "    2  usage: flag, prompt, config file; nothing was started\n"
         "    3  some jobs of a batch failed\n"
         "    4  a model or another named file is not there\n"
         "    5  a model was refused: damaged, or not a MusicGen\n"
         "    6  local storage: disk full, no permission\n"
         "    7  the device cannot be used\n"
         "    8  the remote refused; local results are kept\n"
         "    9  a check failed\n"
         "   75  temporary, run again: out of memory, stopped with work left\n"
         "  130  stopped by SIGINT (Ctrl-C)\n"
         "  143  stopped by SIGTERM or SIGHUP";
}

}  // namespace cadenza

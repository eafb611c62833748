#include "cli/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

namespace cadenza {

namespace {

std::string joined_names(const FlagSpec& flag) {
  std::string names;
  if (flag.is_positional) names += flag.name + ",";
  if (!flag.shortcut.empty()) names += "-" + flag.shortcut + ",";
  names += "--" + flag.name;
  for (const auto& other : flag.hidden) names += "," + other;
  return names;
}

std::string shown_name(const FlagSpec& flag) {
  const std::string shortcut = flag.shortcut.empty() ? "    " : "-" + flag.shortcut + ", ";
  return shortcut + "--" + flag.name + (flag.metavar.empty() ? "" : " " + flag.metavar);
}

void add_flag(CLI::App& command, const FlagSpec& flag, const std::string& group) {
  const bool takes_value = flag.kind != FlagKind::toggle;
  CLI::Option* option =
      takes_value ? command.add_option(joined_names(flag)) : command.add_flag(joined_names(flag));
  const std::string standard = flag.standard.empty() ? "" : " [" + flag.standard + "]";
  option->description(flag.help + standard)->option_text(shown_name(flag))->group(group);
  if (flag.kind != FlagKind::value) option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

std::string with_underscores(std::string text) {
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

}  // namespace

std::string field_name(const std::string& flag_name) { return with_underscores(flag_name); }

std::string variable_name(const std::string& flag_name) {
  std::string name = "CADENZA_" + with_underscores(flag_name);
  for (char& letter : name)
    letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return name;
}

void add_flags(CLI::App& command, const std::vector<FlagGroup>& groups) {
  for (const auto& group : groups)
    for (const auto& flag : group.flags) add_flag(command, flag, group.title);
}

FlagValues given_flags(const CLI::App& command) {
  FlagValues given;
  for (const CLI::Option* option : command.get_options())
    if (option->count() > 0 && !option->get_lnames().empty())
      given[option->get_lnames().front()] = option->results();
  return given;
}

}  // namespace cadenza

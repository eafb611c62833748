#include "cli/settings.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>

#include "cli/command_flags.h"
#include "lib/error.h"
#include "lib/text/nearest.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

// No argument holds a NUL, while a path may hold any other character.
constexpr char kPathEnd = '\0';

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& text : texts) all += (&text == &texts.front() ? "" : ",") + text;
  return all;
}

std::string text_of(FlagKind kind, const std::vector<std::string>& texts) {
  if (kind == FlagKind::list) return joined(texts);
  if (kind != FlagKind::paths) return texts.back();
  std::string all;
  for (const auto& text : texts) all += text + kPathEnd;
  return all;
}

// Names the config file and the environment may use: of every command, so that one file serves all.
std::vector<std::string> setting_names() {
  std::set<std::string> names;
  for (const auto& groups : all_command_flags())
    for (const auto& group : groups)
      for (const auto& flag : group.flags)
        if (flag.is_setting) names.insert(flag.name);
  return {names.begin(), names.end()};
}

std::optional<Setting> from_config(const FlagSpec& flag, const ConfigFile& config) {
  const auto found = config.entries.find(field_name(flag.name));
  if (found == config.entries.end()) return std::nullopt;
  const auto& [values, line] = found->second;
  const std::string origin = escaped(config.name) + ":" + std::to_string(line);
  if (flag.kind != FlagKind::list && values.size() != 1)
    fail(ErrorKind::usage, origin + ": " + found->first + ": expected one value, found " +
                               std::to_string(values.size()));
  return Setting{joined(values), origin};
}

std::optional<Setting> said(const FlagSpec& flag, const FlagValues& flags,
                            const Environment& environment, const ConfigFile& config) {
  if (const auto found = flags.find(flag.name); found != flags.end())
    return Setting{text_of(flag.kind, found->second), "--" + flag.name};
  if (!flag.is_setting) return std::nullopt;
  const std::string variable = variable_name(flag.name);
  if (const auto text = environment.get(variable)) return Setting{*text, variable};
  return from_config(flag, config);
}

}  // namespace

bool Settings::is_given(const std::string& field) const { return given_.count(field) > 0; }

const Setting* Settings::find(const std::string& field) const {
  const auto found = given_.find(field);
  return found == given_.end() ? nullptr : &found->second;
}

void Settings::read(const std::string& field,
                    const std::function<void(const std::string&)>& read) const {
  const Setting* setting = find(field);
  if (setting == nullptr) return;
  if (setting->origin.starts_with("--")) return read(setting->text);
  try {
    read(setting->text);
  } catch (const Error& error) {
    throw Error(error.kind(), setting->origin + ": " + error.sentence(), error.hint());
  }
}

bool Settings::is_on(const std::string& field) const {
  bool is_on = false;
  read(field, [&](const std::string& text) {
    is_on = text == "true" || text == "1";
    if (!is_on && text != "false" && text != "0")
      fail(ErrorKind::usage, field + ": expected true or false, found " + quoted(text));
  });
  return is_on;
}

std::vector<std::string> Settings::paths(const std::string& field) const {
  std::vector<std::string> all;
  const std::string text = text_or(field, "");
  for (std::size_t begin = 0, end; begin < text.size(); begin = end + 1) {
    end = text.find(kPathEnd, begin);
    all.push_back(text.substr(begin, end - begin));
  }
  return all;
}

std::string Settings::text_or(const std::string& field, const std::string& otherwise) const {
  const Setting* setting = find(field);
  return setting == nullptr ? otherwise : setting->text;
}

std::vector<std::pair<std::string, Setting>> Settings::listed() const {
  std::vector<std::pair<std::string, Setting>> all;
  for (const auto& [field, standard] : standards_) {
    const Setting* setting = find(field);
    all.emplace_back(field, setting == nullptr ? Setting{standard, "default"} : *setting);
  }
  return all;
}

Settings resolve_settings(const std::vector<FlagGroup>& groups, const FlagValues& flags,
                          const Environment& environment, const ConfigFile& config) {
  std::map<std::string, Setting> given;
  std::vector<std::pair<std::string, std::string>> standards;
  for (const auto& group : groups) {
    for (const auto& flag : group.flags) {
      standards.emplace_back(field_name(flag.name), flag.standard);
      if (const auto setting = said(flag, flags, environment, config))
        given[field_name(flag.name)] = *setting;
    }
  }
  return Settings(std::move(given), std::move(standards), config.name);
}

ConfigFile find_config(const FlagValues& flags, const Environment& environment) {
  std::vector<std::string> known;
  for (const auto& name : setting_names())
    if (name != "config") known.push_back(field_name(name));
  if (const auto given = flags.find("config"); given != flags.end())
    return read_config_file(given->second.back(), known);
  if (const auto given = environment.get("CADENZA_CONFIG")) return read_config_file(*given, known);
  const auto standard = default_config_path(environment);
  std::error_code ignored;
  if (standard.empty() || !std::filesystem::exists(standard, ignored)) return {};
  return read_config_file(standard, known);
}

std::vector<std::string> misspelt_variables(const Environment& environment) {
  std::vector<std::string> known, warnings;
  for (const auto& name : setting_names()) known.push_back(variable_name(name));
  for (const auto& [name, value] : environment.variables()) {
    if (!name.starts_with("CADENZA_")) continue;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    if (const auto near = nearest(name.substr(8), setting_names()))
      warnings.push_back(shortened(name, 60) + ": unknown variable, ignored; did you mean " +
                         variable_name(*near) + "?");
  }
  return warnings;
}

}  // namespace cadenza

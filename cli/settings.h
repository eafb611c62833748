// What was asked for, and by whom: flag > CADENZA_* environment > config file > default.
//
// CLI11 does it the other way round for environment and file, so neither is shown to it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/config_file.h"
#include "cli/environment.h"
#include "cli/flags.h"

namespace cadenza {

struct Setting {
  std::string text;    // list values joined with commas
  std::string origin;  // "--tempo", "CADENZA_TEMPO", "config.toml:3"; "default" when nobody said it
};

class Settings {
 public:
  // given: field -> what somebody said. standards: every field in the order of the help, with the
  // default that help shows. config_name: empty when no config file is in use.
  Settings(std::map<std::string, Setting> given,
           std::vector<std::pair<std::string, std::string>> standards, std::string config_name)
      : given_(std::move(given)),
        standards_(std::move(standards)),
        config_name_(std::move(config_name)) {}

  // Given by anybody: `field` is "top_k".
  bool is_given(const std::string& field) const;
  const Setting* find(const std::string& field) const;

  // Hands the text to `read` when the setting was given. An Error thrown there gets the origin in
  // front, unless it came from a flag: "config.toml:3: tempo: expected 40..240, found ...".
  void read(const std::string& field, const std::function<void(const std::string&)>& read) const;

  // A toggle; off when not given. Throws Error(usage) for text that is not true or false.
  bool is_on(const std::string& field) const;

  // Of a FlagKind::paths; empty when none was given.
  std::vector<std::string> paths(const std::string& field) const;

  std::string text_or(const std::string& field, const std::string& otherwise) const;

  // Every setting of the command with its text and origin, in the order of the help; defaults as
  // the help shows them.
  std::vector<std::pair<std::string, Setting>> listed() const;

  const std::string& config_name() const { return config_name_; }

 private:
  std::map<std::string, Setting> given_;
  std::vector<std::pair<std::string, std::string>> standards_;
  std::string config_name_;
};

// `groups`: the flags of the command in use. `config` holds settings of all commands.
Settings resolve_settings(const std::vector<FlagGroup>& groups, const FlagValues& flags,
                          const Environment& environment, const ConfigFile& config);

// Which config file to read: --config, CADENZA_CONFIG (both must exist), or the default one if it
// is there. An empty ConfigFile when none is.
ConfigFile find_config(const FlagValues& flags, const Environment& environment);

// CADENZA_* variables that set nothing but nearly do: "CADENZA_TEMPOO: unknown variable, ...".
std::vector<std::string> misspelt_variables(const Environment& environment);

}  // namespace cadenza

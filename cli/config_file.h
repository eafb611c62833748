// The config file: a flat list of settings in TOML, no tables. What it says stays text, as flags
// do.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace cadenza {

struct ConfigEntry {
  std::vector<std::string> values;  // several from an array
  int line = 0;
};

struct ConfigFile {
  std::string name;                            // as messages call it; empty when no file is in use
  std::map<std::string, ConfigEntry> entries;  // "top_k" -> ...
};

// Throws Error(not_found) when the file is not there; Error(usage) naming file and line for what is
// not TOML, a key not in `known` (with the nearest one that is), a table, a date, a value that is
// no text, number, true or false.
ConfigFile read_config_file(const std::filesystem::path& path,
                            const std::vector<std::string>& known);
ConfigFile parse_config(const std::string& text, const std::string& name,
                        const std::vector<std::string>& known);

}  // namespace cadenza

// What a flag is: one definition for what CLI11 parses, the help shows, CADENZA_* variables and the
// config file may set. The flags themselves: flag_groups.h, command_flags.h.
//
// Values stay text here. Who owns a value judges it: lib/request.h the music, cli/output_options.h
// and cli/machine_options.h the rest, so that a wrong one is refused in the owner's words.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace cadenza {

enum class FlagKind {
  value,   // one value; twice is a fault
  list,    // may be repeated; the values are joined with commas
  paths,   // may be repeated; read them with Settings::paths
  toggle,  // on when said; --greedy=false turns off what a config file turned on
};

struct FlagSpec {
  std::string name;      // "top-k": the flag --top-k, CADENZA_TOP_K, top_k in the config file
  std::string shortcut;  // "d" for -d, or empty
  std::string metavar;   // "SECONDS"; empty for toggles
  std::string help;
  std::string standard;  // the default as help shows it; empty when there is none
  FlagKind kind = FlagKind::value;
  bool is_setting = true;                // may environment and config file give it?
  bool is_positional = false;            // also taken from a bare word
  std::vector<std::string> hidden = {};  // other programs' spellings, with their dashes
};

struct FlagGroup {
  std::string title;  // heading in the help
  std::vector<FlagSpec> flags;
};

// "top-k" -> "top_k", as lib, the config file and the metadata spell it.
std::string field_name(const std::string& flag_name);
// "top-k" -> "CADENZA_TOP_K".
std::string variable_name(const std::string& flag_name);

void add_flags(CLI::App& command, const std::vector<FlagGroup>& groups);

// What the command line said: flag name -> texts in order; a toggle's text is "true" or "false".
using FlagValues = std::map<std::string, std::vector<std::string>>;
FlagValues given_flags(const CLI::App& command);

}  // namespace cadenza

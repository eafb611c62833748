// The one place where the process's environment is read: a copy, taken once, that tests can forge.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace cadenza {

class Environment {
 public:
  explicit Environment(std::map<std::string, std::string> variables)
      : variables_(std::move(variables)) {}
  static Environment of_process();

  // Nothing when the variable is unset or empty: an empty CADENZA_DEVICE asks for nothing.
  std::optional<std::string> get(const std::string& name) const;
  const std::map<std::string, std::string>& variables() const { return variables_; }

 private:
  std::map<std::string, std::string> variables_;
};

// $XDG_CONFIG_HOME/cadenza/config.toml or ~/.config/cadenza/config.toml; empty without a home.
std::filesystem::path default_config_path(const Environment& environment);

// Hugging Face's cache folder, by the rules of its own client: HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE,
// HF_HOME/hub, XDG_CACHE_HOME/huggingface/hub, ~/.cache/huggingface/hub; empty without a home.
std::filesystem::path hub_cache_path(const Environment& environment);

// $XDG_CACHE_HOME/cadenza/packs or ~/.cache/cadenza/packs; empty without a home.
std::filesystem::path pack_folder_path(const Environment& environment);

}  // namespace cadenza

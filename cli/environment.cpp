#include "cli/environment.h"

#include <unistd.h>

#include <string_view>

extern "C" char** environ;

namespace cadenza {

namespace {

// XDG's rule: a relative path in one of its variables is invalid and is ignored.
std::filesystem::path xdg_folder(const Environment& environment, const char* variable,
                                 const char* below_home) {
  if (const auto folder = environment.get(variable); folder && folder->front() == '/')
    return *folder;
  if (const auto home = environment.get("HOME")) return std::filesystem::path(*home) / below_home;
  return {};
}

}  // namespace

Environment Environment::of_process() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return Environment(std::move(variables));
}

std::optional<std::string> Environment::get(const std::string& name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

std::filesystem::path default_config_path(const Environment& environment) {
  const auto folder = xdg_folder(environment, "XDG_CONFIG_HOME", ".config");
  return folder.empty() ? folder : folder / "cadenza" / "config.toml";
}

std::filesystem::path hub_cache_path(const Environment& environment) {
  for (const char* variable : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
    if (const auto folder = environment.get(variable)) return *folder;
  if (const auto folder = environment.get("HF_HOME")) return std::filesystem::path(*folder) / "hub";
  const auto cache = xdg_folder(environment, "XDG_CACHE_HOME", ".cache");
  return cache.empty() ? cache : cache / "huggingface" / "hub";
}

std::filesystem::path pack_folder_path(const Environment& environment) {
  const auto cache = xdg_folder(environment, "XDG_CACHE_HOME", ".cache");
  return cache.empty() ? cache : cache / "cadenza" / "packs";
}

}  // namespace cadenza

#include "models/checkpoint/hub_cache.h"

#include <algorithm>
#include <string_view>
#include <system_error>

#include "lib/error.h"
#include "lib/io/byte_source.h"
#include "models/checkpoint/plain_name.h"

namespace cadenza {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "models--";
constexpr std::uint64_t kMaxRefBytes = 256;

// "facebook/musicgen-small" -> "models--facebook--musicgen-small"
std::string folder_name(const std::string& repository) {
  const auto slash = repository.find('/');
  return std::string(kPrefix) + repository.substr(0, slash) + "--" + repository.substr(slash + 1);
}

// The other way; empty when the folder is not a repository's.
std::string repository_of_folder(const std::string& folder) {
  if (!folder.starts_with(kPrefix)) return {};
  const std::string rest = folder.substr(kPrefix.size());
  const auto middle = rest.find("--");
  if (middle == rest.npos) return {};
  const std::string repository = rest.substr(0, middle) + '/' + rest.substr(middle + 2);
  return is_repository_id(repository) ? repository : std::string();
}

// refs/main, or the only snapshot there is (a download by commit writes no reference).
std::string current_revision(const fs::path& root) {
  std::error_code error;
  if (fs::is_regular_file(root / "refs" / "main", error)) {
    std::string revision = open_file(root / "refs" / "main", "refs/main")->read_all(kMaxRefBytes);
    revision.erase(std::find_if(revision.begin(), revision.end(),
                                [](char c) { return c == '\n' || c == '\r' || c == ' '; }),
                   revision.end());
    return is_plain_name(revision) ? revision : std::string();
  }
  std::vector<std::string> revisions;
  for (const auto& entry : fs::directory_iterator(root / "snapshots", error))
    revisions.push_back(entry.path().filename().string());
  return revisions.size() == 1 && is_plain_name(revisions[0]) ? revisions[0] : std::string();
}

}  // namespace

std::vector<std::string> model_aliases() {
  return {"small",        "medium",        "large",        "melody",        "melody-large",
          "stereo-small", "stereo-medium", "stereo-large", "stereo-melody", "stereo-melody-large"};
}

std::string repository_of_alias(const std::string& word) {
  for (const std::string& alias : model_aliases())
    if (word == alias || word == "musicgen-" + alias) return "facebook/musicgen-" + alias;
  return {};
}

bool is_repository_id(const std::string& text) {
  const auto slash = text.find('/');
  return slash != text.npos && is_plain_name(std::string_view(text).substr(0, slash)) &&
         is_plain_name(std::string_view(text).substr(slash + 1));
}

std::optional<HubSnapshot> find_snapshot(const fs::path& hub_cache, const std::string& repository) {
  if (hub_cache.empty() || !is_repository_id(repository)) return std::nullopt;
  const fs::path root = hub_cache / folder_name(repository);
  const std::string revision = current_revision(root);
  if (revision.empty()) return std::nullopt;
  const fs::path folder = root / "snapshots" / revision;
  std::error_code error;
  if (!fs::is_directory(folder, error)) return std::nullopt;
  return HubSnapshot{repository, revision, folder, root};
}

std::vector<HubSnapshot> list_snapshots(const fs::path& hub_cache) {
  std::vector<HubSnapshot> found;
  std::error_code error;
  if (hub_cache.empty()) return found;
  for (const auto& entry : fs::directory_iterator(hub_cache, error)) {
    const std::string repository = repository_of_folder(entry.path().filename().string());
    if (repository.empty()) continue;
    if (auto snapshot = find_snapshot(hub_cache, repository)) found.push_back(*snapshot);
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.repository < b.repository; });
  return found;
}

}  // namespace cadenza

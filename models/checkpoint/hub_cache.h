// Hugging Face's cache folder, as huggingface_hub lays it out:
//
//   models--facebook--musicgen-small/
//     refs/main                      the commit that "main" stood for
//     snapshots/<commit>/<file>      links to ../../blobs/<hash>
//
// Links are followed only inside the repository's own folder: the cache may be shared.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cadenza {

struct HubSnapshot {
  std::string repository;        // "facebook/musicgen-small"
  std::string revision;          // the commit
  std::filesystem::path folder;  // the snapshot
  std::filesystem::path root;    // models--facebook--musicgen-small
};

// "small" -> "facebook/musicgen-small"; empty for a word that is no alias.
std::string repository_of_alias(const std::string& word);
std::vector<std::string> model_aliases();

// "owner/name" of letters, digits, dot, dash and underscore.
bool is_repository_id(const std::string& text);

// The snapshot of a repository; nothing when the cache does not hold one.
std::optional<HubSnapshot> find_snapshot(const std::filesystem::path& hub_cache,
                                         const std::string& repository);

// All repositories of the cache that have a snapshot, by name. Not only MusicGen's.
std::vector<HubSnapshot> list_snapshots(const std::filesystem::path& hub_cache);

}  // namespace cadenza

#include "models/load.h"

#include "lib/error.h"
#include "lib/io/sha256.h"
#include "models/checkpoint/checkpoint.h"
#include "models/checkpoint/hub_cache.h"
#include "models/checkpoint/model_files.h"
#include "models/musicgen/pack_cache.h"

namespace cadenza {

namespace {

// Does open_checkpoint accept it? The cache holds all kinds of repositories.
bool is_usable(const std::string& model, const ModelSearch& search) {
  try {
    open_checkpoint(model, search);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::shared_ptr<const Checkpoint> open_checkpoint(const std::string& model,
                                                  const ModelSearch& search) {
  return std::make_shared<const Checkpoint>(find_model_files(model, search));
}

const ModelInfo& describe(const Checkpoint& checkpoint) { return checkpoint.info(); }

std::vector<std::pair<std::string, std::string>> file_hashes(const Checkpoint& checkpoint) {
  std::vector<std::pair<std::string, std::string>> hashes;
  for (const auto& [name, source] : checkpoint.files().files)
    hashes.emplace_back(name, sha256_hex(*source));
  return hashes;
}

std::filesystem::path pack_path(const Checkpoint& checkpoint, const std::filesystem::path& folder,
                                const std::string& precision) {
  if (checkpoint.files().folder.empty()) return {};
  return PackCache(folder, pack_source(checkpoint.files()), {}).path(precision);
}

std::vector<std::string> list_models(const ModelSearch& search) {
  std::vector<std::string> names = {"starter"};
  for (const HubSnapshot& snapshot : list_snapshots(search.hub_cache))
    if (is_usable(snapshot.repository, search)) names.push_back(snapshot.repository);
  return names;
}

}  // namespace cadenza

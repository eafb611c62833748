#include "models/checkpoint/model_files.h"

#include <fmt/format.h>

#include <functional>
#include <span>
#include <system_error>
#include <utility>

#include "lib/error.h"
#include "lib/text/nearest.h"
#include "lib/text/quote.h"
#include "lib/text/quote_tail.h"
#include "lib/text/utf8.h"
#include "models/checkpoint/hub_cache.h"
#include "models/checkpoint/license.h"
#include "models/checkpoint/shard_index.h"
#include "models/starter/starter.h"

namespace cadenza {

namespace {

namespace fs = std::filesystem;

constexpr const char* kStarter = "starter";
constexpr std::uint64_t kMaxIndexBytes = 16 << 20;

// The files a model may have besides its shards.
constexpr const char* kKnownFiles[] = {
    "config.json",
    "generation_config.json",
    "preprocessor_config.json",
    "spiece.model",
    "tokenizer.json",
    "tokenizer_config.json",
    "model.safetensors",
    "model.safetensors.index.json",
};
// Only there to say why they are not read.
constexpr const char* kPickles[] = {"pytorch_model.bin", "pytorch_model.bin.index.json",
                                    "state_dict.bin"};

ModelFiles starter_model() {
  ModelFiles files{kStarter, "", "MIT", {}};
  for (const auto& [name, bytes] : starter_files())
    files.files[std::string(name)] = wrap_memory(bytes, std::string(name));
  return files;
}

// A file, or nothing when there is none; may_open is asked before links are followed.
using MayOpen = std::function<void(const fs::path&, const std::string&)>;

void add_if_there(ModelFiles& files, const fs::path& folder, const std::string& name,
                  const MayOpen& may_open) {
  try {
    if (may_open) may_open(folder / name, name);
    files.files[name] = open_file(folder / name, name);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;  // a dangling link counts as absent
  }
}

ModelFiles open_folder(const fs::path& folder, std::string name, const MayOpen& may_open) {
  ModelFiles files{.name = std::move(name), .revision = "", .license = "unknown", .files = {}};
  files.folder = fs::absolute(folder);
  for (const char* file : kKnownFiles) add_if_there(files, folder, file, may_open);
  if (files.find("model.safetensors") != nullptr) return files;
  if (const auto index = files.find(std::string(kShardIndexFile))) {
    for (const std::string& shard : parse_shard_index(index->read_all(kMaxIndexBytes)).shards)
      add_if_there(files, folder, shard, may_open);
  } else {
    for (const char* pickle : kPickles) add_if_there(files, folder, pickle, may_open);
  }
  return files;
}

// Follows a link of the cache only when it stays in the repository's folder.
void expect_inside(const fs::path& root, const fs::path& path, const std::string& name) {
  std::error_code error;
  const fs::path target = fs::canonical(path, error);
  if (error) return;  // open_file says what is wrong
  const fs::path home = fs::canonical(root, error);
  const auto [end, ignored] = std::mismatch(home.begin(), home.end(), target.begin(), target.end());
  if (error || end != home.end())
    fail(ErrorKind::bad_model,
         fmt::format("{}: is a link that leaves the model's folder in the hub cache", name),
         "download the model again");
}

ModelFiles open_snapshot(const HubSnapshot& snapshot) {
  const auto may_open = [&](const fs::path& path, const std::string& name) {
    expect_inside(snapshot.root, path, name);
  };
  ModelFiles files = open_folder(snapshot.folder, snapshot.repository, may_open);
  files.revision = snapshot.revision;
  files.license = license_of(snapshot.repository, snapshot.folder);
  return files;
}

[[noreturn]] void fail_not_cached(const std::string& model, const std::string& repository,
                                  const ModelSearch& search) {
  const std::string place =
      search.hub_cache.empty()
          ? "there is no hub cache"
          : fmt::format("not in the hub cache {}", shown_path(search.hub_cache.string(), 60));
  const std::string full = model == repository ? "" : " (" + repository + ")";
  fail(ErrorKind::not_found,
       fmt::format("model {}{}: {}", quoted(std::string_view(model), 60), full, place),
       "download it from Hugging Face, or give a folder that holds it: --model DIR");
}

[[noreturn]] void fail_unknown(const std::string& model, const ModelSearch& search) {
  std::vector<std::string> known = model_aliases();
  known.push_back(kStarter);
  for (const HubSnapshot& snapshot : list_snapshots(search.hub_cache))
    known.push_back(snapshot.repository);
  const auto near = nearest(model, known);
  fail(ErrorKind::not_found,
       fmt::format("model {}: is no folder and no known model{}", quoted_tail(model),
                   near ? fmt::format("; did you mean {}?", *near) : ""),
       "give a folder that holds config.json and model.safetensors, or \"starter\"");
}

void expect_a_name(const std::string& model) {
  if (trimmed(model).empty())
    fail(ErrorKind::usage, "model: the name is empty", "give a folder, or \"starter\"");
  if (model.find("://") != model.npos)
    fail(ErrorKind::usage,
         fmt::format("model: expected a folder or a name, found the URL {}",
                     quoted(std::string_view(model), 60)),
         "download the model and give its folder");
}

std::string name_of_folder(const fs::path& folder) {
  std::error_code error;
  const fs::path whole = fs::canonical(folder, error);
  const fs::path& path = error ? folder : whole;
  return path.has_filename() ? path.filename().string() : path.string();
}

}  // namespace

std::shared_ptr<const ByteSource> ModelFiles::find(const std::string& file) const {
  const auto found = files.find(file);
  return found == files.end() ? nullptr : found->second;
}

ModelFiles open_model_folder(const fs::path& folder, std::string name) {
  ModelFiles files = open_folder(folder, std::move(name), nullptr);
  files.license = license_of(files.name, folder);
  return files;
}

ModelFiles find_model_files(const std::string& model, const ModelSearch& search) {
  expect_a_name(model);
  if (model == kStarter) return starter_model();
  std::error_code error;
  if (fs::is_directory(model, error)) return open_model_folder(model, name_of_folder(model));
  if (fs::exists(model, error))
    fail(ErrorKind::not_found,
         fmt::format("model {}: is a file, not a folder with a model", quoted_tail(model)),
         "give the folder that holds config.json");

  const std::string alias = repository_of_alias(model);
  const std::string repository = alias.empty() ? model : alias;
  if (const auto snapshot = find_snapshot(search.hub_cache, repository))
    return open_snapshot(*snapshot);
  if (!alias.empty() || is_repository_id(model)) fail_not_cached(model, repository, search);
  fail_unknown(model, search);
}

}  // namespace cadenza

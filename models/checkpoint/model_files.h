// From the name of a model to its files: the built-in starter, a folder, a repository in the hub
// cache. Torch-free; nothing is downloaded.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "lib/io/byte_source.h"
#include "models/load.h"

namespace cadenza {

// Opened, not read. The first members are for ModelInfo.
struct ModelFiles {
  std::string name;
  std::string revision;
  std::string license;
  std::filesystem::path folder;  // where they lie; empty for the starter
  std::map<std::string, std::shared_ptr<const ByteSource>> files;

  // nullptr when the model has no such file.
  std::shared_ptr<const ByteSource> find(const std::string& file) const;
};

// model: see open_checkpoint(). Throws Error(usage) for an empty name and for URLs,
// Error(not_found) when there is no such model, Error(bad_model) for files that are no regular
// files.
ModelFiles find_model_files(const std::string& model, const ModelSearch& search);

// The files of a folder; `name` is for ModelInfo. Files that no model has are not looked at.
ModelFiles open_model_folder(const std::filesystem::path& folder, std::string name);

}  // namespace cadenza

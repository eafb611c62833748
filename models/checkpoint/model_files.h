// From the name of a model to its files: the built-in starter, a folder, a repository in the hub
// cache. Torch-free; nothing is downloaded.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/checkpoint/checkpoint.h"
#include "models/load.h"

namespace cadenza {

// model: see open_checkpoint(). Throws Error(usage) for an empty name and for URLs,
// Error(not_found) when there is no such model, Error(bad_model) for files that are no regular
// files.
ModelFiles find_model_files(const std::string& model, const ModelSearch& search);

// The files of a folder; `name` is for ModelInfo. Files that no model has are not looked at.
ModelFiles open_model_folder(const std::filesystem::path& folder, std::string name);

}  // namespace cadenza

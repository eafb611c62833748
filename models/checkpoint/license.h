// Under which licence a model's weights are, as far as its files say. Told to the user and written
// into each track's metadata, because Meta's weights may not be used commercially.
#pragma once

#include <filesystem>
#include <string>

namespace cadenza {

// "CC-BY-NC-4.0" for facebook/musicgen-*; else the `license:` line in the front matter of the
// folder's README.md (a model card); else "unknown".
std::string license_of(const std::string& model_name, const std::filesystem::path& folder);

}  // namespace cadenza

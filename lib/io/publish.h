// A file that exists whole or not at all: written aside in the same folder, fsynced, renamed into
// place, the folder fsynced. See docs/ARCHITECTURE.md "Publishing a file".
#pragma once

#include <filesystem>
#include <string_view>

namespace cadenza {

enum class Overwrite { no, yes };

// Throws Error(io) naming path and cause (full disk, permission), Error(usage) when the target
// exists and overwriting was not asked for. On any error nothing is left behind.
void publish_file(const std::filesystem::path& path, std::string_view bytes, Overwrite overwrite);

// The same checks without writing: the folder is there (or can be made) and writable, the target is
// not taken, the name is not too long. For before the model is loaded.
void expect_publishable(const std::filesystem::path& path, Overwrite overwrite);

}  // namespace cadenza

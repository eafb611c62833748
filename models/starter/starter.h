// The built-in model: a small MusicGen in Hugging Face's layout, part of the executable's read-only
// data, so that the first command makes music with no file and no network. See README.md here.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace cadenza {

// File name -> content; valid for the life of the program.
std::vector<std::pair<std::string_view, std::span<const std::byte>>> starter_files();

}  // namespace cadenza

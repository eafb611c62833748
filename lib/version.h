// Which Cadenza this is, for --version, the metadata of a track and the marks inside its audio.
#pragma once

#include <string_view>

namespace cadenza {

extern const std::string_view kVersion;  // "0.1.0", from project() in the root CMakeLists.txt
extern const std::string_view kCommit;   // the first 12 digits of the git commit; "unknown" outside a clone

}  // namespace cadenza

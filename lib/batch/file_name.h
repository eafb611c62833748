// Names of the files of a batch: plain ASCII, the same on every system.
#pragma once

#include <string>
#include <string_view>

namespace cadenza {

// The alphabet of ids (lib/request_id.h) for a file of ours: no separators, not hidden, at most 255
// bytes.
bool is_plain_file_name(std::string_view name);

// Two ids that differ in case only would be one file on some systems: equal ids fold to equal text.
std::string folded_id(std::string_view id);

}  // namespace cadenza

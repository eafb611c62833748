// Names a job may have: they become file names and object keys on every system, so they are ASCII
// and plain.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cadenza {

// [A-Za-z0-9][A-Za-z0-9._-]{0,127}, not ending in a dot, no device name of Windows before the first
// dot. What is wrong with it, or nothing.
std::optional<std::string> job_id_problem(std::string_view id);

// The same alphabet for a file of ours: no separators, not hidden, at most 255 bytes.
bool is_plain_file_name(std::string_view name);

// Two ids that differ in case only would be one file on some systems.
std::string folded_id(std::string_view id);

}  // namespace cadenza

// Moments as people and programs read them.
#pragma once

#include <chrono>
#include <string>

namespace cadenza {

// RFC 3339 in UTC with milliseconds: "2026-11-21T17:21:13.042Z".
std::string utc_time(std::chrono::system_clock::time_point time);

}  // namespace cadenza

// How much memory this process may still take. Torch-free.
#pragma once

#include <cstdint>
#include <filesystem>

namespace cadenza {

// The least of what the machine has free (MemAvailable) and what the control group leaves. Very
// large when the system does not say. root: where /proc and /sys are, for tests.
std::int64_t available_memory_bytes(const std::filesystem::path& root = "/");

}  // namespace cadenza

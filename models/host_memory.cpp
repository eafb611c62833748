#include "models/host_memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace cadenza {

namespace {

constexpr std::int64_t kUnknown = std::numeric_limits<std::int64_t>::max();

std::int64_t meminfo_available(const std::filesystem::path& root) {
  std::ifstream file(root / "proc/meminfo");
  std::string name, unit;
  std::int64_t kibibytes = 0;
  while (file >> name >> kibibytes) {
    if (name == "MemAvailable:") return kibibytes * 1024;
    std::getline(file, unit);
  }
  return kUnknown;
}

// A number in a file of its own; "max" and a missing file mean no limit.
std::int64_t number_in(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::int64_t number = 0;
  return file >> number ? number : kUnknown;
}

// Version 2, then version 1, as a container sees its own group.
std::int64_t group_available(const std::filesystem::path& root) {
  const auto folder = root / "sys/fs/cgroup";
  for (const auto& [limit_name, used_name] :
       {std::pair("memory.max", "memory.current"),
        std::pair("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes")}) {
    const std::int64_t limit = number_in(folder / limit_name), used = number_in(folder / used_name);
    if (limit != kUnknown && used != kUnknown) return std::max<std::int64_t>(0, limit - used);
  }
  return kUnknown;
}

}  // namespace

std::int64_t available_memory_bytes(const std::filesystem::path& root) {
  return std::min(meminfo_available(root), group_available(root));
}

}  // namespace cadenza

#include "models/host_memory.h"

#include <doctest/doctest.h>

#include <fstream>
#include <limits>
#include <string>

#include "tests/support/temp_folder.h"

namespace cadenza {
namespace {

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

TEST_CASE("available memory is the less of what the machine and the control group leave") {
  const TempFolder root;
  CHECK(available_memory_bytes(root.path()) == std::numeric_limits<std::int64_t>::max());
  write(root.path() / "proc/meminfo",
        "MemTotal:  8000 kB\nMemFree:  1 kB\nMemAvailable: 4000 kB\n");
  CHECK(available_memory_bytes(root.path()) == 4000 * 1024);
  write(root.path() / "sys/fs/cgroup/memory.current", "1000");
  write(root.path() / "sys/fs/cgroup/memory.max", "max\n");
  CHECK(available_memory_bytes(root.path()) == 4000 * 1024);
  write(root.path() / "sys/fs/cgroup/memory.max", "3000\n");
  CHECK(available_memory_bytes(root.path()) == 2000);
  write(root.path() / "sys/fs/cgroup/memory.max", "500\n");
  CHECK(available_memory_bytes(root.path()) == 0);
}

}  // namespace
}  // namespace cadenza

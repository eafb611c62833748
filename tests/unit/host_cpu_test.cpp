#include "models/host_cpu.h"

#include <doctest/doctest.h>

#include <thread>

namespace cadenza {
namespace {

TEST_CASE("there is at least one core, and never more than the system counts") {
  CHECK(usable_cores() >= 1);
  CHECK(usable_cores() <= static_cast<int>(std::thread::hardware_concurrency()));
}

TEST_CASE("the processor has a name") { CHECK(!cpu_name().empty()); }

}  // namespace
}  // namespace cadenza

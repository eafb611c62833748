#include "lib/text/utc_time.h"

#include <doctest/doctest.h>

using namespace cadenza;
using std::chrono::milliseconds;
using std::chrono::system_clock;

TEST_CASE("a moment is told in UTC with milliseconds, before 1970 too") {
  CHECK(utc_time(system_clock::time_point(milliseconds(0))) == "1970-01-01T00:00:00.000Z");
  CHECK(utc_time(system_clock::time_point(milliseconds(951827696042))) ==
        "2000-02-29T12:34:56.042Z");
  CHECK(utc_time(system_clock::time_point(milliseconds(-1))) == "1969-12-31T23:59:59.999Z");
}

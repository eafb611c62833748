#include "models/musicgen/sinusoid.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/support/goldens.h"
#include "tests/support/tolerances.h"

namespace cadenza {

TEST_CASE("positions are rows of the reference's table") {
  const testing::Goldens tables("tables/positions.safetensors");
  const std::int64_t positions[] = {0, 1, 50, 100, 500, 1000, 1503, 2047};
  for (const std::int64_t width : {1024, 1536, 2048}) {
    const std::string name = "h" + std::to_string(width);
    const auto& rows = tables.at(name + ".rows_0_1_50_100_500_1000_1503_2047");
    const auto& columns = tables.at(name + ".columns").ints;
    for (std::size_t row = 0; row < std::size(positions); ++row) {
      std::vector<float> found(static_cast<std::size_t>(width));
      write_sinusoid(positions[row], found);
      for (std::size_t i = 0; i < columns.size(); ++i)
        CHECK(std::fabs(found[columns[i]] - rows.floats[row * columns.size() + i]) <
              testing::kPositionTolerance);
    }
  }
}

TEST_CASE("position zero is all cosines one, then all sines zero") {
  std::vector<float> found(8);
  write_sinusoid(0, found);
  CHECK(found == std::vector<float>{1, 1, 1, 1, 0, 0, 0, 0});
}

}  // namespace cadenza

// Sinusoidal positions against rows of transformers' table.
#include <ATen/ops/stack.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "lib/error.h"
#include "models/musicgen/positions.h"
#include "tests/support/golden_tensors.h"
#include "tests/support/tolerances.h"

namespace cadenza {
namespace {

// "h64.rows_0_1_2_50" -> 0, 1, 2, 50
std::vector<std::int64_t> numbers_behind(const std::string& name, const std::string& word) {
  std::vector<std::int64_t> numbers;
  for (std::size_t at = name.find('_', name.find(word)); at != std::string::npos;
       at = name.find('_', at + 1))
    numbers.push_back(std::atoll(name.c_str() + at + 1));
  return numbers;
}

TEST_CASE("positions divide by half - 1 and put the cosines first, as transformers' table does") {
  const testing::Goldens goldens("tables/positions.safetensors");
  int num_rows = 0;
  for (const std::string& name : goldens.names()) {
    if (name.find(".rows") == std::string::npos) continue;
    const std::int64_t width = std::atoll(name.c_str() + 1);
    const std::string columns_name = "h" + std::to_string(width) + ".columns";
    const at::Tensor expected = testing::tensor_of(goldens, name);
    std::vector<at::Tensor> found;
    for (const std::int64_t position : numbers_behind(name, "rows"))
      found.push_back(sinusoidal_positions(position, 1, width)[0]);
    at::Tensor table = at::stack(found);
    if (goldens.has(columns_name))
      table = table.index_select(1, testing::tensor_of(goldens, columns_name));
    testing::check_close(table, expected, testing::kPositionTolerance, name);
    num_rows += static_cast<int>(found.size());
  }
  CHECK(num_rows == 5 * 8);
}

TEST_CASE("a slice of the positions is the positions of the slice") {
  const at::Tensor all = sinusoidal_positions(0, 100, 64);
  testing::check_equal(sinusoidal_positions(37, 20, 64), all.narrow(0, 37, 20), "slice");
}

TEST_CASE("a width that cannot hold cosines and sines is refused") {
  CHECK_THROWS_AS(sinusoidal_positions(0, 1, 7), Error);
  CHECK_THROWS_AS(sinusoidal_positions(0, 1, 2), Error);
}

}  // namespace
}  // namespace cadenza

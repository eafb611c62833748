#include "models/t5/relative_position.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/goldens.h"

using cadenza::relative_position_bucket;
using cadenza::testing::Goldens;

TEST_CASE("buckets are the reference's for every distance up to 600, whatever the settings") {
  const Goldens table("tables/t5_buckets.safetensors");
  const auto& positions = table.at("relative_position").ints;
  struct Setting {
    int num_buckets, max_distance;
  };
  for (const auto [num_buckets, max_distance] :
       {Setting{32, 128}, Setting{16, 64}, Setting{20, 50}, Setting{24, 40}, Setting{8, 20}}) {
    const auto& buckets =
        table.at("buckets_" + std::to_string(num_buckets) + "_" + std::to_string(max_distance))
            .ints;
    REQUIRE(buckets.size() == positions.size());
    for (std::size_t i = 0; i < positions.size(); ++i) {
      CAPTURE(positions[i]);
      CAPTURE(num_buckets);
      CHECK(relative_position_bucket(positions[i], num_buckets, max_distance) == buckets[i]);
    }
  }
}

TEST_CASE("keys after the query use the upper half of the buckets") {
  CHECK(relative_position_bucket(0, 32, 128) == 0);
  CHECK(relative_position_bucket(-1, 32, 128) == 1);
  CHECK(relative_position_bucket(1, 32, 128) == 17);
  CHECK(relative_position_bucket(-100000, 32, 128) == 15);
  CHECK(relative_position_bucket(100000, 32, 128) == 31);
}

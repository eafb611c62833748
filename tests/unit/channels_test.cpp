#include "lib/audio/channels.h"

#include <doctest/doctest.h>

#include "tests/support/thrown.h"

using namespace cadenza;
using Samples = std::vector<float>;

TEST_CASE("mono becomes stereo by repetition") {
  const auto stereo = with_channels({.num_channels = 1, .samples = {0.25F, -0.5F}}, 2);
  CHECK(stereo.num_channels == 2);
  CHECK(stereo.samples == Samples{0.25F, 0.25F, -0.5F, -0.5F});
}

TEST_CASE("stereo becomes mono by the mean of both channels") {
  const auto mono = with_channels({.num_channels = 2, .samples = {0.5F, 0.25F, 1.0F, -1.0F}}, 1);
  CHECK(mono.num_channels == 1);
  CHECK(mono.samples == Samples{0.375F, 0.0F});
}

TEST_CASE("three channels are refused") {
  const auto error = thrown([] { with_channels({.num_channels = 1, .samples = {0.F}}, 3); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
}

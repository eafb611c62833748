#include "lib/audio/trim.h"

#include <doctest/doctest.h>

using namespace cadenza;
using Samples = std::vector<float>;

TEST_CASE("frames below -60 dBFS are cut from both ends and kept inside") {
  const auto trimmed =
      trim_silence({.samples = {0.F, 0.00099F, 0.00101F, 0.F, 0.F, -0.5F, -0.00099F}});
  CHECK(trimmed.samples == Samples{0.00101F, 0.F, 0.F, -0.5F});
}

TEST_CASE("a frame stays when any of its channels is loud") {
  const auto trimmed =
      trim_silence({.num_channels = 2, .samples = {0.F, 0.F, 0.F, 0.3F, 0.2F, 0.F, 0.F, 0.F}});
  CHECK(trimmed.samples == Samples{0.F, 0.3F, 0.2F, 0.F});
}

TEST_CASE("a silent track is returned whole") {
  CHECK(trim_silence({.samples = Samples(100, 0.0001F)}).samples.size() == 100);
}

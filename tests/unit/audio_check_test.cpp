#include "lib/audio/audio_check.h"

#include <doctest/doctest.h>

#include <limits>

#include "tests/support/test_sound.h"
#include "tests/support/thrown.h"

using namespace cadenza;

TEST_CASE("a NaN is named by frame and channel") {
  auto audio = sine(32000, 2, 0.01, 440, 0.5);
  audio.samples[25] = std::numeric_limits<float>::quiet_NaN();
  const auto error = thrown([&] { expect_sound(audio); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::internal);
  CHECK(error->sentence() == "non-finite sample at frame 12, channel 2 of 2 (nan)");
}

TEST_CASE("an infinity is not sound") {
  auto audio = sine(32000, 1, 0.01, 440, 0.5);
  audio.samples[7] = -std::numeric_limits<float>::infinity();
  const auto error = thrown([&] { expect_sound(audio); });
  REQUIRE(error);
  CHECK(error->sentence() == "non-finite sample at frame 7, channel 1 of 1 (-inf)");
}

TEST_CASE("samples beyond full scale are sound") {
  CHECK_NOTHROW(expect_sound({.samples = {2.0F, -3.5F}}));
}

TEST_CASE("half a frame is not sound") {
  CHECK(thrown([] { expect_sound({.num_channels = 2, .samples = {0.F, 0.F, 0.F}}); }));
}

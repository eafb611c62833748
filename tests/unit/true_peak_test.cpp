#include "lib/audio/true_peak.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "lib/audio/decibel.h"
#include "tests/support/test_sound.h"

using namespace cadenza;

// EBU Tech 3341, cases 15 to 19, and BS.1770-4 annex 2: sines whose samples miss the crest.
TEST_CASE("a sine at a quarter of the rate reads its amplitude, whatever its phase") {
  for (const double degrees : {0.0, 45.0, 60.0, 67.5}) {
    auto audio = sine(48000, 2, 0.2, 12000, 0.5, degrees * std::numbers::pi / 180);
    // Without the jumps at both ends, which ring: EBU's signals fade in and out too.
    for (std::size_t i = 0; i < 2000; ++i) {
      audio.samples[i] *= static_cast<float>(i) / 2000;
      audio.samples[audio.samples.size() - 1 - i] *= static_cast<float>(i) / 2000;
    }
    const double reading_db = gain_to_db(highest_true_peak(audio));
    CHECK(reading_db > gain_to_db(0.5) - 0.1);
    CHECK(reading_db < gain_to_db(0.5) + 0.1);
  }
}

TEST_CASE("a true peak is never below the sample's own value") {
  const auto audio = noise(32000, 1, 0.1, 0.8);
  const auto peaks = true_peaks(audio);
  for (std::size_t i = 0; i < peaks.size(); ++i)
    CHECK(peaks[i] >= std::abs(audio.samples[i]) - 1e-6F);
}

TEST_CASE("the louder channel counts") {
  CHECK(highest_true_peak({.num_channels = 2, .samples = {0.F, 0.F, 0.1F, 0.9F, 0.F, 0.F}}) ==
        doctest::Approx(0.9).epsilon(1e-4));
}

TEST_CASE("silence and no sound at all have no peak") {
  CHECK(highest_true_peak({}) == 0);
  CHECK(highest_true_peak({.samples = std::vector<float>(100)}) == 0);
}

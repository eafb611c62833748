#include "lib/audio/resample.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/test_sound.h"
#include "tests/support/thrown.h"

using namespace cadenza;

TEST_CASE("the resampled length is the rounded ratio, for any rate and length") {
  for (const int rate : {8000, 11025, 22050, 24000, 44100, 47999, 48000, 96000, 192000})
    for (const int num_frames : {1, 2, 31999, 32000, 32001, 77777}) {
      const AudioBuffer audio{.samples = std::vector<float>(static_cast<std::size_t>(num_frames))};
      const auto result = resample(audio, rate);
      CHECK(result.sample_rate_hz == rate);
      CHECK(result.num_frames() == std::llround(num_frames * (rate / 32000.0)));
    }
}

TEST_CASE("a sine keeps frequency, level and phase through another rate") {
  for (const int rate : {44100, 48000, 22050}) {
    const auto result = resample(sine(32000, 2, 0.5, 997, 0.5), rate);
    const auto expected = sine(rate, 2, 0.5, 997, 0.5);
    REQUIRE(result.samples.size() == expected.samples.size());
    double worst = 0;  // away from the ends, where the sine begins out of nothing
    for (std::size_t i = 2000; i + 2000 < expected.samples.size(); ++i)
      worst = std::max(worst, std::abs(double{result.samples[i]} - expected.samples[i]));
    CHECK(worst < 1e-4);
  }
}

TEST_CASE("the same rate changes no bit") {
  const auto audio = band(32000, 2, 0.1);
  CHECK(resample(audio, 32000).samples == audio.samples);
}

TEST_CASE("a rate outside the range is refused by name") {
  const auto error = thrown([] { resample(sine(32000, 1, 0.1, 440, 0.1), 4000); });
  REQUIRE(error);
  CHECK(error->sentence() == "sample_rate: expected 8000..192000 Hz, found 4000");
}

#include "lib/audio/fade.h"

#include <doctest/doctest.h>

using namespace cadenza;

namespace {

AudioBuffer ones(std::size_t num_frames, int num_channels) {
  return {.num_channels = num_channels,
          .samples = std::vector<float>(num_frames * static_cast<std::size_t>(num_channels), 1.0F)};
}

}  // namespace

TEST_CASE("a fade-in of four frames is a half cosine sampled at the middle of each frame") {
  auto audio = ones(6, 1);
  fade_in(audio, 4);
  const std::vector<double> expected = {0.0380602, 0.3086583, 0.6913417, 0.9619398, 1, 1};
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(audio.samples[i] == doctest::Approx(expected[i]).epsilon(1e-5));
}

TEST_CASE("a fade-out is the fade-in backwards, in every channel") {
  auto audio = ones(6, 2);
  fade_out(audio, 4);
  const std::vector<double> expected = {1, 1, 0.9619398, 0.6913417, 0.3086583, 0.0380602};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(audio.samples[2 * i] == doctest::Approx(expected[i]).epsilon(1e-5));
    CHECK(audio.samples[2 * i + 1] == audio.samples[2 * i]);
  }
}

TEST_CASE("a crossed fade-in and fade-out of the same length add to one") {
  auto rising = ones(100, 1);
  auto falling = ones(100, 1);
  fade_in(rising, 100);
  fade_out(falling, 100);
  for (std::size_t i = 0; i < 100; ++i)
    CHECK(rising.samples[i] + falling.samples[i] == doctest::Approx(1.0));
}

TEST_CASE("a fade of no length changes nothing, one longer than the sound covers it") {
  auto audio = ones(8, 1);
  fade_in(audio, 0);
  CHECK(audio.samples == ones(8, 1).samples);
  auto expected = ones(8, 1);
  fade_in(expected, 8);
  fade_in(audio, 1000);
  CHECK(audio.samples == expected.samples);
}

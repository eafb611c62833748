#include "lib/audio/leveler.h"

#include <doctest/doctest.h>

#include <cmath>

#include "lib/audio/decibel.h"
#include "lib/audio/finish.h"
#include "tests/support/test_sound.h"

using namespace cadenza;

TEST_CASE("music with drums reaches -14 LUFS below -1 dBTP by another meter") {
  for (const auto& audio : {band(32000, 1, 3), band(44100, 2, 3)}) {
    const auto before = measure_loudness(audio);
    REQUIRE(-14 - before.integrated_lufs + before.true_peak_dbtp > 1);  // gain is not enough
    const auto after = measure_loudness(with_loudness(audio, -14, -1));
    CHECK(std::abs(after.integrated_lufs + 14) < 0.2);
    CHECK(after.true_peak_dbtp <= -1);
  }
}

TEST_CASE("hard sounds reach the target below the ceiling") {
  auto square = sine(32000, 1, 1, 440, 0.5);
  for (float& sample : square.samples) sample = sample < 0 ? -0.5F : 0.5F;
  for (const auto& audio : {noise(32000, 2, 1, 0.5), sine(32000, 1, 1, 14500, 0.3), square,
                            sine(32000, 1, 1, 8000, 0.01, 0.785)}) {
    const auto after = measure_loudness(with_loudness(audio, -14, -1));
    CHECK(std::abs(after.integrated_lufs + 14) < 0.2);
    CHECK(after.true_peak_dbtp <= -1);
  }
}

TEST_CASE("where plain gain is enough the waveform is only scaled") {
  const auto audio = sine(32000, 1, 1, 1000, 0.05);
  const auto result = with_loudness(audio, -30, -1);
  const double gain = double{result.samples[8]} / audio.samples[8];
  for (std::size_t i = 0; i < audio.samples.size(); ++i)
    CHECK(result.samples[i] == doctest::Approx(audio.samples[i] * gain).epsilon(1e-5));
}

TEST_CASE("lone clicks stay below the target rather than being crushed, and below the ceiling") {
  const auto after = measure_loudness(with_loudness(clicks(32000, 3, 0.5, 0.9), -14, -1));
  CHECK(after.integrated_lufs < -30);
  CHECK(after.true_peak_dbtp <= -1);
}

TEST_CASE("silence stays silence") {
  const AudioBuffer silence{.samples = std::vector<float>(64000)};
  CHECK(with_loudness(silence, -14, -1).samples == silence.samples);
  CHECK(with_true_peak(silence, -1).samples == silence.samples);
  CHECK(with_loudness({}, -14, -1).samples.empty());
}

TEST_CASE("a whisper is raised by 40 dB and no more") {
  const auto audio = noise(32000, 1, 2, 0.0005);
  const auto result = with_loudness(audio, -14, -1);
  for (std::size_t i = 0; i < audio.samples.size(); ++i)
    CHECK(result.samples[i] == doctest::Approx(audio.samples[i] * 100.0).epsilon(1e-4));
}

TEST_CASE("a sound too short to have a loudness is brought to the ceiling") {
  const auto result = with_loudness(sine(32000, 1, 0.2, 440, 0.1), -14, -1);
  CHECK(measure_loudness(result).true_peak_dbtp ==
        doctest::Approx(-1 - kMeterMarginDb).epsilon(0.1));
}

TEST_CASE("peak mode puts the highest true peak at the ceiling") {
  const auto after = measure_loudness(with_true_peak(band(32000, 2, 2), -3));
  CHECK(after.true_peak_dbtp <= -3);
  CHECK(after.true_peak_dbtp > -3.4);
}

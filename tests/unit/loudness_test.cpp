#include "lib/audio/loudness.h"

#include <doctest/doctest.h>

#include <cmath>

#include "lib/audio/decibel.h"
#include "lib/audio/finish.h"
#include "tests/support/test_sound.h"

using namespace cadenza;

TEST_CASE("EBU Tech 3341 case 1: a stereo 1 kHz sine at -23 dBFS is -23.0 LUFS within 0.1") {
  const auto measure = measure_loudness(sine(48000, 2, 20, 1000, db_to_gain(-23)));
  CHECK(std::abs(measure.integrated_lufs + 23.0) < 0.1);
  CHECK(std::abs(measure.true_peak_dbtp + 23.0) < 0.2);
  CHECK(std::abs(measure.sample_peak_dbfs + 23.0) < 0.1);
  CHECK(measure.range_lu < 0.1);
}

TEST_CASE("EBU Tech 3341 case 2: at -33 dBFS it is -33.0 LUFS") {
  CHECK(std::abs(integrated_lufs(sine(48000, 2, 20, 1000, db_to_gain(-33))) + 33.0) < 0.1);
}

TEST_CASE("one channel alone is 3 dB less than two") {
  CHECK(std::abs(integrated_lufs(sine(48000, 1, 5, 1000, db_to_gain(-20))) + 23.0) < 0.1);
}

TEST_CASE("silence, nothing and less than a gating block have no loudness") {
  CHECK(std::isinf(integrated_lufs({.samples = std::vector<float>(64000)})));
  CHECK(std::isinf(integrated_lufs({})));
  CHECK(std::isinf(integrated_lufs(sine(48000, 1, 0.39, 1000, 0.5))));
  CHECK(std::isinf(measure_loudness({.samples = std::vector<float>(64000)}).true_peak_dbtp));
}

#include "lib/audio/finish.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/support/test_sound.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

FinishOptions untouched() { return {.loudness = LoudnessMode::off}; }

std::string refusal(const FinishOptions& options) {
  const auto error = thrown([&] { validate(options); });
  return error && error->kind() == ErrorKind::usage ? error->sentence() : "accepted";
}

}  // namespace

TEST_CASE("the result has llround(duration * rate) frames, from longer and from shorter audio") {
  for (const double duration_s : {0.1, 1.0, 1.0 / 3, 1.23456, 1.999})
    for (const int rate : {8000, 32000, 44100, 48000})
      for (const double made_s : {1.0, 2.0}) {
        auto options = untouched();
        options.duration_s = duration_s;
        options.sample_rate_hz = rate;
        const auto result = finish_audio(sine(32000, 1, made_s, 440, 0.1), options);
        CHECK(result.sample_rate_hz == rate);
        CHECK(result.num_frames() == std::llround(duration_s * rate));
      }
}

TEST_CASE("without options but loudness off not a bit changes") {
  const auto audio = band(32000, 2, 0.5);
  CHECK(finish_audio(audio, untouched()).samples == audio.samples);
}

TEST_CASE("what the model made too much is cut, not squeezed") {
  const auto audio = band(32000, 1, 1.02);
  auto options = untouched();
  options.duration_s = 1;
  CHECK(finish_audio(audio, options).samples ==
        std::vector<float>(audio.samples.begin(), audio.samples.begin() + 32000));
}

TEST_CASE("by default music comes out at -14 LUFS below -1 dBTP") {
  const auto measure = measure_loudness(finish_audio(band(32000, 1, 2.5), {.duration_s = 2.5}));
  CHECK(std::abs(measure.integrated_lufs + 14) < 0.2);
  CHECK(measure.true_peak_dbtp <= -1);
}

TEST_CASE(
    "a faded and resampled stereo track is as loud as asked, and begins and ends in silence") {
  const auto result = finish_audio(band(32000, 1, 4), {.duration_s = 4,
                                                       .sample_rate_hz = 44100,
                                                       .num_channels = 2,
                                                       .loudness_lufs = -20,
                                                       .fade_in_s = 1,
                                                       .fade_out_s = 1});
  CHECK(result.num_frames() == 4 * 44100);
  CHECK(std::abs(measure_loudness(result).integrated_lufs + 20) < 0.2);
  CHECK(std::abs(result.samples.front()) < 1e-4);
  CHECK(std::abs(result.samples.back()) < 1e-4);
}

TEST_CASE("trimmed silence makes the track shorter than its duration") {
  auto audio = sine(32000, 1, 2, 440, 0.5);
  std::fill(audio.samples.begin() + 32000, audio.samples.end(), 0.0F);
  auto options = untouched();
  options.duration_s = 2;
  options.trims_silence = true;
  const auto num_frames = finish_audio(audio, options).num_frames();
  CHECK(num_frames <= 32000 - 1);  // the sine's first sample is zero
  CHECK(num_frames >= 32000 - 3);
}

TEST_CASE("samples that are not numbers are refused before anything else") {
  auto audio = sine(32000, 1, 0.1, 440, 0.5);
  audio.samples[100] = std::numeric_limits<float>::infinity();
  const auto error = thrown([&] { finish_audio(audio, {}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::internal);
}

TEST_CASE("silence in, silence out") {
  const AudioBuffer silence{.samples = std::vector<float>(64000)};
  CHECK(finish_audio(silence, {}).samples == silence.samples);
}

TEST_CASE("an option out of range is named with what is allowed") {
  CHECK(refusal({}) == "accepted");
  CHECK(refusal({.num_channels = 3}) == "channels: expected 1..2, found 3");
  CHECK(refusal({.loudness_lufs = 1}) == "loudness: expected -70..0, found 1");
  CHECK(refusal({.loudness_lufs = std::nan("")}) == "loudness: expected -70..0, found nan");
  CHECK(refusal({.duration_s = 10, .fade_in_s = 12}) == "fade_in: expected 0..10, found 12");
  CHECK(refusal({.fade_out_s = -1}) != "accepted");
  CHECK(refusal({.duration_s = 0}) != "accepted");
  CHECK(refusal({.sample_rate_hz = 1}) == "sample_rate: expected 8000..192000 Hz, found 1");
}

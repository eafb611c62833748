#include "lib/audio/deliver.h"

#include <doctest/doctest.h>

#include <cmath>

#include "lib/audio/decode.h"
#include "tests/support/test_sound.h"

using namespace cadenza;

namespace {

constexpr AudioFormat kFormats[] = {AudioFormat::wav, AudioFormat::flac, AudioFormat::mp3,
                                    AudioFormat::ogg, AudioFormat::opus};

LoudnessMeasure measure_file(const Delivery& delivery) {
  return measure_loudness(decode_audio(delivery.bytes));
}

}  // namespace

TEST_CASE("the decoded file of every format is at -14 LUFS within 0.5 and below -1 dBTP") {
  for (const auto format : kFormats) {
    const auto delivery = deliver_audio(band(32000, 1, 2.5), {}, {.format = format}, {});
    const auto heard = measure_file(delivery);
    CHECK(std::abs(heard.integrated_lufs + 14) < 0.5);
    CHECK(heard.true_peak_dbtp <= -1);
    CHECK(delivery.loudness.integrated_lufs == heard.integrated_lufs);
  }
}

TEST_CASE("clicks, whose peaks coding raises by decibels, stay below the ceiling when decoded") {
  for (const auto format : kFormats)
    CHECK(measure_file(deliver_audio(clicks(32000, 1, 0.25, 0.9), {}, {.format = format}, {}))
              .true_peak_dbtp <= -1);
}

TEST_CASE("loudness that a low MP3 quality cuts off with the treble is given back") {
  const auto heard = measure_file(deliver_audio(
      noise(32000, 1, 1.5, 0.5), {}, {.format = AudioFormat::mp3, .vbr_quality = 9}, {}));
  CHECK(std::abs(heard.integrated_lufs + 14) < 0.5);
}

TEST_CASE("a rate that is not asked for suits the format, one that is asked for stands") {
  const auto audio = band(32000, 1, 0.2);
  CHECK(deliver_audio(audio, {}, {.format = AudioFormat::opus}, {}).audio.sample_rate_hz == 48000);
  CHECK(deliver_audio(audio, {}, {.format = AudioFormat::ogg}, {}).audio.sample_rate_hz == 32000);
  CHECK_THROWS(deliver_audio(audio, {.sample_rate_hz = 44100}, {.format = AudioFormat::opus}, {}));
}

TEST_CASE("with loudness off the sound is encoded as it is") {
  const auto audio = band(32000, 1, 0.5);
  const auto delivery =
      deliver_audio(audio, {.loudness = LoudnessMode::off}, {.bits = SampleFormat::float32}, {});
  CHECK(decode_audio(delivery.bytes).samples == audio.samples);
}

TEST_CASE("silence is delivered as silence") {
  const AudioBuffer silence{.samples = std::vector<float>(32000)};
  const auto delivery = deliver_audio(silence, {}, {}, {});
  CHECK(decode_audio(delivery.bytes).samples == silence.samples);
}

#include "lib/audio/wav.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "lib/audio/decode.h"
#include "tests/support/riff_chunks.h"
#include "tests/support/test_sound.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

const AudioTags kTags{.title = "Café 東京", .custom = {{"ai_generated", "true"}}};

}  // namespace

TEST_CASE("a WAV without marks is fmt, data and nothing else") {
  const auto chunks = read_wav(encode_wav(band(32000, 2, 0.1), {}, {}));
  CHECK(chunks.size() == 2);
  CHECK(chunks.at("fmt ") == std::string("\1\0\2\0\0\x7D\0\0\0\xF4\1\0\4\0\20\0", 16));
  CHECK(chunks.at("data").size() == 3200 * 4);
}

TEST_CASE("float WAV has no PEAK chunk, which would hold the time, and keeps every bit") {
  auto audio = band(32000, 2, 0.1);
  audio.samples[5] = 1.75F;  // beyond full scale is legal here
  const auto bytes = encode_wav(audio, {.bits = SampleFormat::float32}, kTags);
  CHECK(read_wav(bytes).count("PEAK") == 0);
  CHECK(decode_audio(bytes).samples == audio.samples);
}

TEST_CASE("integer WAV is within one and a half steps of the sound") {
  const auto audio = band(32000, 2, 0.2);
  for (const auto& [bits, step] :
       {std::pair{SampleFormat::int16, 1.0 / 32768}, {SampleFormat::int24, 1.0 / 8388608}}) {
    const auto decoded = decode_audio(encode_wav(audio, {.bits = bits}, kTags));
    REQUIRE(decoded.samples.size() == audio.samples.size());
    for (std::size_t i = 0; i < audio.samples.size(); ++i)
      CHECK(std::abs(double{decoded.samples[i]} - audio.samples[i]) <= 1.5 * step + 1e-9);
  }
}

TEST_CASE("marks stand before the samples") {
  const auto bytes = encode_wav(band(32000, 1, 0.1), {}, kTags);
  const auto chunks = read_wav(bytes);
  CHECK(chunks.size() == 5);
  CHECK(chunks.count("LIST") + chunks.count("bext") + chunks.count("iXML") == 3);
  CHECK(bytes.find("iXML") < bytes.find("data"));
  CHECK(decode_audio(bytes).num_frames() == 3200);
}

TEST_CASE("very long marks fit") {
  AudioTags tags = kTags;
  tags.custom.emplace_back("prompt_again", std::string(200000, 'x'));
  tags.comment = std::string(50000, 'y');
  const auto bytes = encode_wav(band(32000, 1, 0.1), {}, tags);
  const auto chunks = read_wav(bytes);
  CHECK(chunks.at("iXML").find(std::string(200000, 'x')) != std::string::npos);
  CHECK(decode_audio(bytes).num_frames() == 3200);
}

TEST_CASE("samples past 4 GiB are refused before anything is written") {
  CHECK_NOTHROW(expect_wav_fits(32000 * 300, 2, SampleFormat::float32, 0));
  const auto error =
      thrown([] { expect_wav_fits(INT64_C(600000000), 2, SampleFormat::float32, 0); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
}

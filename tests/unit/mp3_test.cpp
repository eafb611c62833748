#include "lib/audio/mp3.h"

#include <doctest/doctest.h>

#include <cmath>

#include "lib/audio/decode.h"
#include "lib/audio/loudness.h"
#include "tests/support/test_sound.h"

using namespace cadenza;

TEST_CASE("an MP3 plays exactly as many frames as went in, at every rate") {
  for (const int rate : mp3_sample_rates())
    for (const double duration_s : {0.05, 0.32457}) {
      const auto audio = band(rate, 2, duration_s);
      const auto decoded = decode_audio(encode_mp3(audio, {}, {}));
      CHECK(decoded.sample_rate_hz == rate);
      CHECK(decoded.num_channels == 2);
      CHECK(decoded.num_frames() == audio.num_frames());
    }
}

TEST_CASE("a lower VBR quality neither resamples nor loses frames, and makes a smaller file") {
  const auto audio = band(44100, 2, 1);
  std::size_t last_size = SIZE_MAX;
  for (const int quality : {0, 4, 9}) {
    const auto bytes = encode_mp3(audio, {.vbr_quality = quality}, {});
    CHECK(decode_audio(bytes).num_frames() == 44100);
    CHECK(decode_audio(bytes).sample_rate_hz == 44100);
    CHECK(bytes.size() < last_size);
    last_size = bytes.size();
  }
}

TEST_CASE("a constant bitrate fills the file with that many bits a second") {
  for (const int rate : {16000, 32000, 44100})
    for (const int kbps : {64, 128}) {
      const auto bytes = encode_mp3(band(rate, 1, 1.5), {.bitrate_kbps = kbps}, {});
      CHECK(static_cast<double>(bytes.size()) * 8 / 1500 == doctest::Approx(kbps).epsilon(0.1));
    }
}

TEST_CASE("a constant bitrate is as loud as the sound that went in") {
  for (const int kbps : {96, 128, 320}) {
    const auto audio = band(44100, 1, 1.5);
    const auto decoded = decode_audio(encode_mp3(audio, {.bitrate_kbps = kbps}, {}));
    CHECK(std::abs(integrated_lufs(decoded) - integrated_lufs(audio)) < 0.1);
  }
}

TEST_CASE("bitrates follow the MPEG version of the rate") {
  CHECK(mp3_bitrates_kbps(8000).back() == 64);
  CHECK(mp3_bitrates_kbps(22050).back() == 160);
  CHECK(mp3_bitrates_kbps(32000).back() == 320);
  CHECK(mp3_bitrates_kbps(44000).empty());
}

#include "lib/audio/audio_file.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "lib/audio/decode.h"
#include "tests/support/test_sound.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

struct Form {
  EncodeOptions options;
  int sample_rate_hz;
};

std::vector<Form> all_forms() {
  using enum SampleFormat;
  return {{{.format = AudioFormat::wav, .bits = int16}, 44100},
          {{.format = AudioFormat::wav, .bits = int24}, 32000},
          {{.format = AudioFormat::wav, .bits = float32}, 32000},
          {{.format = AudioFormat::flac, .bits = int16}, 32000},
          {{.format = AudioFormat::flac, .bits = int24}, 44100},
          {{.format = AudioFormat::ogg}, 32000},
          {{.format = AudioFormat::ogg}, 47999},
          {{.format = AudioFormat::opus}, 48000},
          {{.format = AudioFormat::mp3}, 32000},
          {{.format = AudioFormat::mp3, .vbr_quality = 9}, 44100},
          {{.format = AudioFormat::mp3, .bitrate_kbps = 192}, 48000}};
}

const AudioTags kTags{.title = "Café 東京",
                      .comment = "AI-generated",
                      .software = "Cadenza 1",
                      .custom = {{"ai_generated", "true"}, {"prompt", "lofi = 東京"}}};

std::string refusal(const EncodeOptions& options, int sample_rate_hz, int num_channels = 1) {
  const auto error = thrown([&] { validate(options, sample_rate_hz, num_channels); });
  return error && error->kind() == ErrorKind::usage ? error->sentence() : "accepted";
}

}  // namespace

TEST_CASE("every format gives back exactly the frames, rate and channels that went in") {
  for (const auto& [options, rate] : all_forms())
    for (const int channels : {1, 2})
      for (const double duration_s : {0.001, 0.41237}) {
        const auto audio = band(rate, channels, duration_s);
        const auto decoded = decode_audio(encode_audio(audio, options, kTags));
        CHECK(decoded.sample_rate_hz == rate);
        CHECK(decoded.num_channels == channels);
        CHECK(decoded.num_frames() == audio.num_frames());
      }
}

TEST_CASE("the same sound, options and marks give the same bytes") {
  for (const auto& [options, rate] : all_forms()) {
    const auto audio = band(rate, 2, 0.3);
    CHECK(encode_audio(audio, options, kTags) == encode_audio(audio, options, kTags));
  }
}

TEST_CASE("sound is neither early nor late in any format") {
  for (const auto& [options, rate] : all_forms()) {
    const auto audio = clicks(rate, 0.6, 0.6, 0.7);
    const auto decoded = decode_audio(encode_audio(audio, options, kTags));
    std::size_t loudest = 0;
    for (std::size_t i = 0; i < decoded.samples.size(); ++i)
      if (std::abs(decoded.samples[i]) > std::abs(decoded.samples[loudest])) loudest = i;
    CHECK(std::abs(static_cast<double>(loudest) - std::llround(0.6 * rate) / 2) <= 1);
  }
}

TEST_CASE("silence is silence in every format") {
  for (const auto& [options, rate] : all_forms()) {
    const AudioBuffer silence{.sample_rate_hz = rate,
                              .samples = std::vector<float>(static_cast<std::size_t>(rate))};
    for (const float sample : decode_audio(encode_audio(silence, options, kTags)).samples)
      CHECK(std::abs(sample) < 1e-6F);
  }
}

TEST_CASE("a NaN is refused before any encoder sees it") {
  for (const auto& [options, rate] : all_forms()) {
    auto audio = band(rate, 1, 0.1);
    audio.samples[3] = std::numeric_limits<float>::quiet_NaN();
    const auto error = thrown([&, &form = options] { encode_audio(audio, form, kTags); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::internal);
    CHECK(error->sentence() == "non-finite sample at frame 3, channel 1 of 1 (nan)");
  }
}

TEST_CASE("format words are the suffixes") {
  for (const char* word : {"wav", "mp3", "flac", "ogg", "opus"})
    CHECK(std::string(format_name(parse_audio_format(word))) == word);
  const auto error = thrown([] { parse_audio_format("flak"); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK(error->sentence() == "format: expected wav, mp3, flac, ogg or opus, found \"flak\"");
  CHECK(error->hint() == "did you mean flac?");
}

TEST_CASE("a path tells its format by its suffix, in any case") {
  CHECK(format_of_path("a/b.WAV") == AudioFormat::wav);
  CHECK(format_of_path("take.2.opus") == AudioFormat::opus);
  for (const char* path : {"song", "song.aac", "dir.wav/song", ".wav", "song.", ""})
    CHECK_FALSE(format_of_path(path));
}

TEST_CASE("options a format cannot take are refused with what it can") {
  const EncodeOptions mp3{.format = AudioFormat::mp3};
  CHECK(refusal(mp3, 32000) == "accepted");
  CHECK(refusal(mp3, 96000) ==
        "sample_rate: expected one of 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000 "
        "Hz for mp3, found 96000");
  CHECK(refusal({.format = AudioFormat::mp3, .bitrate_kbps = 100}, 44100) ==
        "bitrate: expected one of 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320 "
        "kbit/s for mp3 at 44100 Hz, found 100");
  CHECK(refusal({.format = AudioFormat::mp3, .bitrate_kbps = 320}, 16000) != "accepted");
  CHECK(refusal({.format = AudioFormat::mp3, .vbr_quality = 10}, 44100) ==
        "vbr: expected 0..9 for mp3, found 10");
  CHECK(refusal({.format = AudioFormat::mp3, .bitrate_kbps = 128, .vbr_quality = 2}, 44100) !=
        "accepted");
  CHECK(refusal({.format = AudioFormat::wav, .bitrate_kbps = 192}, 44100) ==
        "bitrate: expected none for wav, found 192");
  CHECK(refusal({.format = AudioFormat::flac, .bits = SampleFormat::float32}, 44100) ==
        "bits: expected 16 or 24 for flac, found 32f");
  CHECK(refusal({.format = AudioFormat::opus}, 44100) ==
        "sample_rate: expected 48000 Hz for opus, found 44100");
  CHECK(refusal({.format = AudioFormat::wav}, 44100, 6) ==
        "channels: expected 1 or 2 for wav, found 6");
}

TEST_CASE("only opus needs a rate of its own") {
  CHECK(required_rate(AudioFormat::opus, 32000) == 48000);
  CHECK(required_rate(AudioFormat::mp3, 32000) == 32000);
}

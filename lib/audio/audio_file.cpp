#include "lib/audio/audio_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "lib/audio/audio_check.h"
#include "lib/audio/flac.h"
#include "lib/audio/mp3.h"
#include "lib/audio/ogg.h"
#include "lib/audio/resample.h"
#include "lib/audio/tags.h"
#include "lib/audio/wav.h"
#include "lib/error.h"
#include "lib/text/nearest.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr int kOpusRateHz = 48000;

struct FormatName {
  AudioFormat format;
  const char* name;
};
constexpr std::array<FormatName, 5> kFormats = {{{AudioFormat::wav, "wav"},
                                                 {AudioFormat::mp3, "mp3"},
                                                 {AudioFormat::flac, "flac"},
                                                 {AudioFormat::ogg, "ogg"},
                                                 {AudioFormat::opus, "opus"}}};

std::optional<AudioFormat> find_format(std::string_view word) {
  for (const auto& entry : kFormats)
    if (word == entry.name) return entry.format;
  return std::nullopt;
}

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

[[noreturn]] void refuse(const char* field, const std::string& expected, int found,
                         const std::string& where) {
  fail(ErrorKind::usage,
       fmt::format("{}: expected {} for {}, found {}", field, expected, where, found));
}

void validate_mp3(const EncodeOptions& options, int sample_rate_hz) {
  const auto bitrates = mp3_bitrates_kbps(sample_rate_hz);
  if (bitrates.empty())
    refuse("sample_rate", fmt::format("one of {} Hz", fmt::join(mp3_sample_rates(), ", ")),
           sample_rate_hz, "mp3");
  if (options.bitrate_kbps && options.vbr_quality)
    fail(ErrorKind::usage, "bitrate, vbr: expected one of the two for mp3, found both");
  if (options.vbr_quality && (*options.vbr_quality < 0 || *options.vbr_quality > 9))
    refuse("vbr", "0..9", *options.vbr_quality, "mp3");
  if (options.bitrate_kbps &&
      std::find(bitrates.begin(), bitrates.end(), *options.bitrate_kbps) == bitrates.end())
    refuse("bitrate", fmt::format("one of {} kbit/s", fmt::join(bitrates, ", ")),
           *options.bitrate_kbps, fmt::format("mp3 at {} Hz", sample_rate_hz));
}

// A bitrate for a format that would ignore it is a misunderstanding worth a word.
void expect_no_mp3_options(const EncodeOptions& options) {
  const char* name = format_name(options.format);
  if (options.bitrate_kbps) refuse("bitrate", "none", *options.bitrate_kbps, name);
  if (options.vbr_quality) refuse("vbr", "none", *options.vbr_quality, name);
}

}  // namespace

AudioFormat parse_audio_format(const std::string& word) {
  if (const auto format = find_format(word)) return *format;
  std::vector<std::string> names;
  names.reserve(kFormats.size());
  for (const auto& entry : kFormats) names.emplace_back(entry.name);
  const auto near = nearest(word, names);
  fail(ErrorKind::usage,
       fmt::format("format: expected wav, mp3, flac, ogg or opus, found {}", cadenza::quoted(word)),
       near ? "did you mean " + *near + "?" : "");
}

std::optional<AudioFormat> format_of_path(const std::string& path) {
  const auto suffix = std::filesystem::path(path).extension().string();
  if (suffix.empty()) return std::nullopt;
  return find_format(lower_case(suffix.substr(1)));
}

const char* format_name(AudioFormat format) {
  return kFormats[static_cast<std::size_t>(format)].name;
}

const char* sample_format_name(SampleFormat bits) {
  switch (bits) {
    case SampleFormat::int16:
      return "16";
    case SampleFormat::int24:
      return "24";
    case SampleFormat::float32:
      return "32f";
  }
  return "";
}

int required_rate(AudioFormat format, int sample_rate_hz) {
  return format == AudioFormat::opus ? kOpusRateHz : sample_rate_hz;
}

// Measured on fourteen pieces of the procedural band: MP3 rose by up to 0.9 dB, Vorbis by 0.6, Opus
// by 0.9.
double ceiling_for(AudioFormat format, double ceiling_dbtp) {
  switch (format) {
    case AudioFormat::wav:
    case AudioFormat::flac:
      return ceiling_dbtp;
    case AudioFormat::ogg:
      return ceiling_dbtp - 0.7;
    case AudioFormat::mp3:
    case AudioFormat::opus:
      return ceiling_dbtp - 1.0;
  }
  return ceiling_dbtp;
}

void validate(const EncodeOptions& options, int sample_rate_hz, int num_channels) {
  const char* name = format_name(options.format);
  if (num_channels != 1 && num_channels != 2) refuse("channels", "1 or 2", num_channels, name);
  expect_sample_rate(sample_rate_hz);
  if (options.format == AudioFormat::mp3) return validate_mp3(options, sample_rate_hz);
  expect_no_mp3_options(options);
  if (options.format == AudioFormat::flac && options.bits == SampleFormat::float32)
    fail(ErrorKind::usage, "bits: expected 16 or 24 for flac, found 32f");
  if (options.format == AudioFormat::opus && sample_rate_hz != kOpusRateHz)
    refuse("sample_rate", fmt::format("{} Hz", kOpusRateHz), sample_rate_hz, name);
}

std::string encode_audio(const AudioBuffer& audio, const EncodeOptions& options,
                         const AudioTags& tags) {
  expect_sound(audio);
  if (audio.samples.empty()) fail(ErrorKind::internal, "encoding: there is no sound in the track");
  validate(options, audio.sample_rate_hz, audio.num_channels);
  const AudioTags clean = cleaned(tags);
  switch (options.format) {
    case AudioFormat::wav:
      return encode_wav(audio, options, clean);
    case AudioFormat::mp3:
      return encode_mp3(audio, options, clean);
    case AudioFormat::flac:
      return encode_flac(audio, options, clean);
    case AudioFormat::ogg:
      return encode_vorbis(audio, clean);
    case AudioFormat::opus:
      return encode_opus(audio, clean);
  }
  fail(ErrorKind::internal, "encoding: a format of no name");
}

}  // namespace cadenza

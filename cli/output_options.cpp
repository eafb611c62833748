#include "cli/output_options.h"

#include <fmt/format.h>

#include <vector>

#include "cli/track_names.h"
#include "cli/values.h"
#include "lib/error.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr double kMaxFadeSeconds = 300;

SampleFormat read_bits(const std::string& text) {
  const std::string word = expect_choice("bits", text, {"16", "24", "32f"});
  return word == "16" ? SampleFormat::int16
                      : (word == "24" ? SampleFormat::int24 : SampleFormat::float32);
}

void read_loudness(const std::string& text, FinishOptions& finish) {
  finish.loudness = text == "off"    ? LoudnessMode::off
                    : text == "peak" ? LoudnessMode::peak
                                     : LoudnessMode::lufs;
  if (finish.loudness != LoudnessMode::lufs) return;
  try {
    finish.loudness_lufs = expect_number("loudness", text, -70, 0, " LUFS");
  } catch (const Error& error) {
    throw Error(error.kind(), error.sentence(), "write a number, off or peak");
  }
}

void read_sound(const Settings& settings, FinishOptions& finish) {
  const auto fade = [](const char* field, double& value) {
    return [field, &value](const std::string& text) {
      value = expect_number(field, text, 0, kMaxFadeSeconds, " s");
    };
  };
  settings.read("fade_in", fade("fade-in", finish.fade_in_s));
  settings.read("fade_out", fade("fade-out", finish.fade_out_s));
  settings.read("loudness", [&](const std::string& text) { read_loudness(text, finish); });
  settings.read("sample_rate", [&](const std::string& text) {
    finish.sample_rate_hz = expect_integer("sample-rate", text, 8000, 192000);
  });
  settings.read("channels", [&](const std::string& text) {
    finish.num_channels = expect_integer("channels", text, 1, 2);
  });
  finish.trims_silence = settings.is_on("trim_silence");
}

// The suffix of --output decides the format when --format is silent; a suffix that is none of ours
// needs --format, and .json and .tokens are names of our own files.
void read_format(const Settings& settings, const std::string& file, EncodeOptions& encode) {
  const std::string suffix = std::filesystem::path(file).extension().string();
  const auto from_suffix = format_of_path(file);
  if (suffix == ".json" || suffix == ".tokens")
    fail(ErrorKind::usage, "output: " + quoted(file) + " is the name of a metadata file",
         "end it in .wav, .mp3, .flac, .ogg or .opus");
  if (from_suffix) encode.format = *from_suffix;
  settings.read("format", [&](const std::string& text) {
    encode.format = parse_audio_format(text);
    if (from_suffix && *from_suffix != encode.format)
      fail(ErrorKind::usage, "format: " + text + " contradicts the suffix of " + quoted(file),
           "leave out --format or change the suffix");
  });
  if (!suffix.empty() && !from_suffix && !settings.is_given("format"))
    fail(ErrorKind::usage, "output: no format is known by the suffix " + quoted(suffix),
         "end it in .wav, .mp3, .flac, .ogg or .opus, or add --format");
}

void expect_format_takes(const Settings& settings, const char* field, const EncodeOptions& encode,
                         const std::vector<AudioFormat>& takers) {
  if (!settings.is_given(field)) return;
  std::vector<std::string> names;
  for (const AudioFormat format : takers) {
    if (format == encode.format) return;
    names.push_back(format_name(format));
  }
  settings.read(field, [&](const std::string&) {
    fail(ErrorKind::usage, fmt::format("{}: only {} has it, the format is {}", field,
                                       spoken_list(names), format_name(encode.format)));
  });
}

void read_encoding(const Settings& settings, EncodeOptions& encode) {
  settings.read("bits", [&](const std::string& text) { encode.bits = read_bits(text); });
  settings.read("bitrate", [&](const std::string& text) {
    encode.bitrate_kbps = expect_integer("bitrate", text, 8, 320);
  });
  settings.read("vbr", [&](const std::string& text) {
    encode.vbr_quality = expect_integer("vbr", text, 0, 9);
  });
  expect_format_takes(settings, "bits", encode, {AudioFormat::wav, AudioFormat::flac});
  expect_format_takes(settings, "bitrate", encode, {AudioFormat::mp3});
  expect_format_takes(settings, "vbr", encode, {AudioFormat::mp3});
  if (encode.bitrate_kbps && encode.vbr_quality)
    fail(ErrorKind::usage, "bitrate: given together with vbr",
         "choose --bitrate for a constant or --vbr for a variable bitrate");
  if (encode.format == AudioFormat::flac && encode.bits == SampleFormat::float32)
    fail(ErrorKind::usage, "bits: flac takes 16 or 24, found \"32f\"");
}

void read_place(const Settings& settings, OutputOptions& options) {
  if (settings.is_given("output")) {
    options.file = settings.text_or("output", "");
    if (options.file.empty()) fail(ErrorKind::usage, "output: the file name is empty");
    const Setting* folder = settings.find("out_dir");
    if (folder != nullptr && folder->origin.starts_with("--"))
      fail(ErrorKind::usage, "output: given together with out-dir", "choose one of them");
    return;
  }
  settings.read("out_dir", [&](const std::string& text) {
    if (text.empty()) fail(ErrorKind::usage, "out-dir: the name is empty");
    options.out_dir = text;
  });
  settings.read("name_template", [&](const std::string& text) {
    expect_name_template(text);
    options.name_template = text;
  });
}

void expect_fit_for_stdout(const OutputOptions& options, const Settings& settings) {
  if (!options.goes_to_stdout()) return;
  if (settings.text_or("count", "1") != "1")
    fail(ErrorKind::usage, "count: standard output takes one track",
         "name a folder with --out-dir");
  if (options.saves_tokens)
    fail(ErrorKind::usage, "save-tokens: needs a file, the output is standard output");
  if (settings.is_on("json"))
    fail(ErrorKind::usage, "json: standard output takes the audio already",
         "name a file with --output");
}

}  // namespace

OutputOptions make_output_options(const Settings& settings) {
  OutputOptions options;
  read_place(settings, options);
  read_format(settings, options.file, options.encode);
  read_encoding(settings, options.encode);
  read_sound(settings, options.finish);
  options.writes_metadata = !settings.is_on("no_metadata") && !options.goes_to_stdout();
  options.embeds_prompt = !settings.is_on("no_embed_prompt");
  options.saves_tokens = settings.is_on("save_tokens");
  options.overwrite = settings.is_on("overwrite") ? Overwrite::yes : Overwrite::no;
  expect_fit_for_stdout(options, settings);
  return options;
}

}  // namespace cadenza

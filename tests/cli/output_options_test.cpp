// Where a track goes and how it is encoded: what contradicts itself is refused.
#include "cli/output_options.h"

#include <doctest/doctest.h>

#include "cli/command_flags.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

OutputOptions options_of(const FlagValues& flags) {
  return make_output_options(resolve_settings(generate_flags(), flags, Environment({}), {}));
}

std::string refusal(const FlagValues& flags) {
  const auto error = thrown([&] { options_of(flags); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  return error->sentence();
}

}  // namespace

TEST_CASE("the format follows the suffix, in any case, and is wav without one") {
  CHECK(options_of({}).encode.format == AudioFormat::wav);
  CHECK(options_of({{"output", {"a.MP3"}}}).encode.format == AudioFormat::mp3);
  CHECK(options_of({{"output", {"a"}}, {"format", {"flac"}}}).encode.format == AudioFormat::flac);
  CHECK(options_of({{"output", {"-"}}, {"format", {"ogg"}}}).encode.format == AudioFormat::ogg);
}

TEST_CASE("a format that contradicts the suffix is refused") {
  CHECK(refusal({{"output", {"a.wav"}}, {"format", {"mp3"}}}) ==
        "format: mp3 contradicts the suffix of \"a.wav\"");
}

TEST_CASE("a suffix of no format needs --format, and the names of our own files are kept free") {
  CHECK(refusal({{"output", {"a.aac"}}}).starts_with("output: no format is known"));
  CHECK(options_of({{"output", {"a.bin"}}, {"format", {"wav"}}}).file == "a.bin");
  CHECK(refusal({{"output", {"a.json"}}, {"format", {"wav"}}}).starts_with("output: "));
  CHECK(refusal({{"output", {"a.tokens"}}}).starts_with("output: "));
}

TEST_CASE("an empty file name or folder is refused") {
  CHECK(refusal({{"output", {""}}}) == "output: the file name is empty");
  CHECK(refusal({{"out-dir", {""}}}) == "out-dir: the name is empty");
}

TEST_CASE("one file has one name: --output and --out-dir exclude each other") {
  CHECK(refusal({{"output", {"a.wav"}}, {"out-dir", {"d"}}}) ==
        "output: given together with out-dir");
}

TEST_CASE("options of one format are refused for another") {
  CHECK(refusal({{"bits", {"24"}}, {"format", {"mp3"}}}) ==
        "bits: only wav or flac has it, the format is mp3");
  CHECK(refusal({{"bitrate", {"192"}}}) == "bitrate: only mp3 has it, the format is wav");
  CHECK(refusal({{"vbr", {"2"}}, {"format", {"opus"}}}) ==
        "vbr: only mp3 has it, the format is opus");
  CHECK(refusal({{"bits", {"32f"}}, {"format", {"flac"}}}) ==
        "bits: flac takes 16 or 24, found \"32f\"");
  CHECK(refusal({{"bitrate", {"192"}}, {"vbr", {"2"}}, {"format", {"mp3"}}})
            .starts_with("bitrate: given together with vbr"));
}

TEST_CASE("loudness is a number of LUFS, peak or off") {
  CHECK(options_of({{"loudness", {"-23"}}}).finish.loudness_lufs == -23);
  CHECK(options_of({{"loudness", {"peak"}}}).finish.loudness == LoudnessMode::peak);
  CHECK(options_of({{"loudness", {"off"}}}).finish.loudness == LoudnessMode::off);
  for (const char* text : {"", "loud", "nan", "-inf", "1", "-70.1", "-14,0", "0x10"})
    CHECK(refusal({{"loudness", {text}}}).starts_with("loudness: expected"));
}

TEST_CASE("standard output takes the audio and nothing else") {
  CHECK_FALSE(options_of({{"output", {"-"}}}).writes_metadata);
  CHECK(refusal({{"output", {"-"}}, {"json", {"true"}}}).starts_with("json: "));
  CHECK(refusal({{"output", {"-"}}, {"save-tokens", {"true"}}}).starts_with("save-tokens: "));
  CHECK(refusal({{"output", {"-"}}, {"count", {"2"}}}).starts_with("count: "));
}

TEST_CASE("metadata and marks are on unless they are turned off") {
  const OutputOptions standard = options_of({});
  CHECK(standard.writes_metadata);
  CHECK(standard.embeds_prompt);
  CHECK_FALSE(standard.saves_tokens);
  CHECK(standard.overwrite == Overwrite::no);
  const OutputOptions changed = options_of({{"no-metadata", {"true"}},
                                            {"no-embed-prompt", {"true"}},
                                            {"save-tokens", {"true"}},
                                            {"overwrite", {"true"}}});
  CHECK_FALSE(changed.writes_metadata);
  CHECK_FALSE(changed.embeds_prompt);
  CHECK(changed.saves_tokens);
  CHECK(changed.overwrite == Overwrite::yes);
}

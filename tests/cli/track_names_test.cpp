// File names of tracks.
#include "cli/track_names.h"

#include <doctest/doctest.h>

#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

GenerationRequest request_of(int count) {
  GenerationRequest request;
  request.prompt = "Calm piano, 3 a.m.!";
  request.seed = 42;
  request.count = count;
  return request;
}

std::string name_of(const std::string& name_template, int index = 0, int count = 1) {
  OutputOptions output;
  output.name_template = name_template;
  return track_files(output, request_of(count), "0123456789abcdef", index).audio.string();
}

std::string refusal(const std::string& name_template) {
  const auto error = thrown([&] { expect_name_template(name_template); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK(error->sentence().starts_with("name-template: "));
  return error->sentence();
}

}  // namespace

TEST_CASE("a slug is what remains of a prompt in a file name") {
  CHECK(slug("Calm piano, 3 a.m.!") == "calm-piano-3-a-m");
  CHECK(slug("  --x--  ") == "x");
  CHECK(slug("é日本") == "track");
  CHECK(slug("../../etc/passwd") == "etc-passwd");
  CHECK(slug(std::string(100, 'a')) == std::string(40, 'a'));
}

TEST_CASE("without a name a track is called by its prompt and its id") {
  CHECK(name_of(OutputOptions{}.name_template) == "calm-piano-3-a-m-01234567.wav");
}

TEST_CASE("every placeholder is filled in") {
  CHECK(name_of("{id}_{id8}_{seed}_{index}") == "0123456789abcdef_01234567_42_1.wav");
  CHECK(name_of("takes/{slug}") == "takes/calm-piano-3-a-m.wav");
}

TEST_CASE("several tracks are numbered, unless the template does it") {
  CHECK(name_of("{slug}", 0, 3) == "calm-piano-3-a-m_1.wav");
  CHECK(name_of("{slug}", 2, 3) == "calm-piano-3-a-m_3.wav");
  CHECK(name_of("take-{index}", 2, 3) == "take-3.wav");
  CHECK(track_id("abc", 1, 3) == "abc_2");
  CHECK(track_id("abc", 0, 1) == "abc");
}

TEST_CASE("with --output the suffix stays, the number goes before it") {
  OutputOptions output;
  output.file = "dir.d/x.tar.wav";
  output.saves_tokens = true;
  const TrackFiles one = track_files(output, request_of(1), "id", 0);
  CHECK(one.audio == "dir.d/x.tar.wav");
  CHECK(*one.tokens == "dir.d/x.tar.tokens");
  CHECK(*one.metadata == "dir.d/x.tar.json");
  CHECK(track_files(output, request_of(3), "id", 1).audio == "dir.d/x.tar_2.wav");
  output.file = "dir.d/song";
  CHECK(track_files(output, request_of(1), "id", 0).audio == "dir.d/song");
}

TEST_CASE("a template cannot lead out of the folder or name a device") {
  CHECK_FALSE(thrown([] { expect_name_template("{owner}/{slug}-{index}"); }));
  refusal("/etc/{slug}");
  refusal("../{slug}");
  refusal("a//b");
  refusal("");
  refusal("con.{id}");
  refusal("a b");
  refusal(std::string(200, 'a'));
}

TEST_CASE("a template of unknown or open braces is refused") {
  CHECK(refusal("{slugg}").find("\"{slugg}\" is unknown") != std::string::npos);
  CHECK(refusal("{slug").find("without its pair") != std::string::npos);
  CHECK(refusal("slug}").find("without its pair") != std::string::npos);
}

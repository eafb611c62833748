#include "lib/audio/wav_marks.h"

#include <doctest/doctest.h>

#include "tests/support/riff_chunks.h"

using namespace cadenza;

namespace {

const AudioTags kTags{.title = "Café 東京",
                      .artist = "A",
                      .comment = "AI-generated",
                      .software = "Cadenza 1",
                      .copyright = "MIT",
                      .custom = {{"ai_generated", "true"}, {"prompt", "R&B, 東京"}}};

Chunks chunks_of(const AudioTags& tags) {
  return read_chunks(wav_marks(tags, {.num_channels = 2}, SampleFormat::int24), 0);
}

}  // namespace

TEST_CASE("LIST/INFO holds the standard marks in UTF-8, each ended by a zero") {
  const auto chunks = chunks_of(kTags);
  REQUIRE(chunks.at("LIST").substr(0, 4) == "INFO");
  CHECK(read_chunks(chunks.at("LIST"), 4) == Chunks{{"INAM", std::string("Café 東京") + '\0'},
                                                    {"IART", std::string("A") + '\0'},
                                                    {"ICMT", std::string("AI-generated") + '\0'},
                                                    {"ISFT", std::string("Cadenza 1") + '\0'},
                                                    {"ICOP", std::string("MIT") + '\0'}});
}

TEST_CASE("bext has the originator and the custom marks in ASCII, and no date or time") {
  const auto bext = chunks_of(kTags).at("bext");
  CHECK(std::string(bext.c_str()) == "ai_generated=true; prompt=R&B, ??");
  CHECK(std::string(bext.c_str() + 256) == "Cadenza");
  CHECK(bext.substr(320, 18) == std::string(18, '\0'));  // OriginationDate, OriginationTime
  CHECK(bext.substr(346, 2) == std::string("\1\0", 2));  // Version
  CHECK(bext.substr(602) == "A=PCM,F=32000,W=24,M=stereo,T=Cadenza\r\n");
}

TEST_CASE("iXML has the custom marks in UTF-8") {
  CHECK(chunks_of(kTags).at("iXML").find("<prompt>R&amp;B, 東京</prompt>") != std::string::npos);
}

TEST_CASE("a description longer than its field is cut to it") {
  const auto bext = chunks_of({.custom = {{"prompt", std::string(1000, 'x')}}}).at("bext");
  CHECK(bext.substr(0, 256) == "prompt=" + std::string(249, 'x'));
  CHECK(bext.substr(256, 7) == "Cadenza");
}

TEST_CASE("no marks, no chunks") { CHECK(wav_marks({}, {}, SampleFormat::int16).empty()); }

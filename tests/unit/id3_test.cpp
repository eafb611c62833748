#include "lib/audio/id3.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "lib/audio/mp3.h"
#include "lib/audio/tags.h"
#include "tests/support/test_sound.h"

using namespace cadenza;

namespace {

std::size_t big_endian(const std::string& bytes, std::size_t at, int bits_per_byte) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << bits_per_byte | static_cast<unsigned char>(bytes.at(at + i));
  return value;
}

// Frames of an ID3v2.3 tag at the head of a file: "TIT2" or, for the free ones, "TXXX:name". Values
// as the raw bytes behind the encoding byte.
std::multimap<std::string, std::string> read_frames(const std::string& bytes) {
  REQUIRE(bytes.substr(0, 4) == std::string("ID3\3"));
  const std::size_t end = 10 + big_endian(bytes, 6, 7);  // sizes of the tag are 7 bits a byte
  std::multimap<std::string, std::string> frames;
  for (std::size_t at = 10; at + 10 < end && bytes[at] != '\0';) {
    const std::size_t size = big_endian(bytes, at + 4, 8);
    frames.emplace(bytes.substr(at, 4), bytes.substr(at + 10, size));
    at += 10 + size;
  }
  CHECK((static_cast<unsigned char>(bytes.at(end)) == 0xFF));  // the first MPEG frame
  return frames;
}

std::string utf16le(const std::string& utf8) {
  const auto units = utf16_with_bom(utf8);
  return {reinterpret_cast<const char*>(units.data()), units.size() * 2};
}

const std::string kUnicode(1, '\1');

std::string mp3_with(const AudioTags& tags) { return encode_mp3(band(32000, 1, 0.2), {}, tags); }

}  // namespace

TEST_CASE("UTF-16 begins with a byte order mark and has surrogates above U+FFFF") {
  CHECK(utf16_with_bom("a\u00E9\u6771\U0001F3B5") == u"\uFEFFa\u00E9\u6771\U0001F3B5");
  CHECK(utf16_with_bom("") == u"\uFEFF");
}

TEST_CASE("standard marks are UTF-16 text frames") {
  const auto frames = read_frames(mp3_with({.title = "Café 東京 🎵",
                                            .artist = "A",
                                            .comment = "AI-generated",
                                            .software = "Cadenza 1",
                                            .copyright = "MIT"}));
  CHECK(frames.find("TIT2")->second == kUnicode + utf16le("Café 東京 🎵"));
  CHECK(frames.find("TPE1")->second == kUnicode + utf16le("A"));
  CHECK(frames.find("TCOP")->second == kUnicode + utf16le("MIT"));
  CHECK(frames.count("TSSE") == 1);
  CHECK(frames.find("TSSE")->second == kUnicode + utf16le("Cadenza 1"));
}

TEST_CASE("the comment has an empty description that begins with a byte order mark") {
  const auto frames = read_frames(mp3_with({.comment = "AI-generated"}));
  REQUIRE(frames.count("COMM") == 1);
  CHECK(frames.find("COMM")->second ==
        kUnicode + "eng" + std::string("\xFF\xFE\0\0", 4) + utf16le("AI-generated"));
}

TEST_CASE("every custom mark is a TXXX frame, equals signs in its value included") {
  const auto frames =
      read_frames(mp3_with({.custom = {{"ai_generated", "true"}, {"prompt", "a = 東京; b=c"}}}));
  REQUIRE(frames.count("TXXX") == 2);
  auto frame = frames.find("TXXX");
  const std::string end("\0\0", 2);
  CHECK(frame->second == kUnicode + utf16le("ai_generated") + end + utf16le("true"));
  CHECK((++frame)->second == kUnicode + utf16le("prompt") + end + utf16le("a = 東京; b=c"));
}

TEST_CASE("a key that begins another key keeps its own frame") {
  for (const bool is_longer_first : {false, true}) {
    AudioTags tags{.custom = {{"model", "m"}, {"model_license", "l"}}};
    if (is_longer_first) std::swap(tags.custom[0], tags.custom[1]);
    CHECK(read_frames(mp3_with(tags)).count("TXXX") == 2);
  }
}

TEST_CASE("no date and no frame of a later version is written") {
  const auto frames = read_frames(mp3_with({.title = "T", .custom = {{"seed", "7"}}}));
  CHECK(frames.count("TDRC") == 0);
  CHECK(frames.count("TYER") == 0);
}

TEST_CASE("a track without marks has no tag") {
  CHECK(static_cast<unsigned char>(mp3_with({}).front()) == 0xFF);
}

TEST_CASE("a very long prompt fits") {
  const auto frames = read_frames(mp3_with({.custom = {{"prompt", std::string(100000, 'x')}}}));
  CHECK(frames.find("TXXX")->second.size() > 200000);
}

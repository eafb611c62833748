#include "lib/audio/ogg_stream.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "lib/audio/decode.h"
#include "lib/audio/ogg.h"
#include "lib/audio/vorbis_comment.h"
#include "lib/error.h"
#include "tests/support/test_sound.h"

using namespace cadenza;

namespace {

struct Page {
  unsigned flags;
  std::uint32_t serial, number, checksum, computed;
  std::string body;
};

std::uint32_t u32(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
  return value;
}

// RFC 3533: polynomial 0x04C11DB7, high bit first, no inversion, the field itself taken as zero.
std::uint32_t page_checksum(std::string page) {
  page.replace(22, 4, 4, '\0');
  std::uint32_t crc = 0;
  for (const char c : page) {
    crc ^= std::uint32_t{static_cast<unsigned char>(c)} << 24;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc & 0x80000000U) != 0 ? crc << 1 ^ 0x04C11DB7U : crc << 1;
  }
  return crc;
}

std::vector<Page> read_pages(const std::string& bytes) {
  std::vector<Page> pages;
  for (std::size_t at = 0; at < bytes.size();) {
    REQUIRE(bytes.substr(at, 4) == "OggS");
    const std::size_t num_segments = static_cast<unsigned char>(bytes.at(at + 26));
    std::size_t body_size = 0;
    for (std::size_t i = 0; i < num_segments; ++i)
      body_size += static_cast<unsigned char>(bytes.at(at + 27 + i));
    const std::string whole = bytes.substr(at, 27 + num_segments + body_size);
    pages.push_back({static_cast<unsigned char>(whole[5]), u32(whole, 14), u32(whole, 18),
                     u32(whole, 22), page_checksum(whole), whole.substr(27 + num_segments)});
    at += whole.size();
  }
  return pages;
}

void check_pages(const std::vector<Page>& pages) {
  REQUIRE(pages.size() > 2);
  for (std::size_t i = 0; i < pages.size(); ++i) {
    CHECK(pages[i].number == i);
    CHECK(pages[i].serial == pages[0].serial);
    CHECK(pages[i].checksum == pages[i].computed);
    CHECK(((pages[i].flags & 2) != 0) == (i == 0));                 // begin of stream
    CHECK(((pages[i].flags & 4) != 0) == (i + 1 == pages.size()));  // end of stream
  }
}

AudioTags tags_of(std::size_t comment_size) {
  return {.comment = std::string(comment_size, 'x'), .custom = {{"ai_generated", "true"}}};
}

}  // namespace

TEST_CASE("pages are numbered, signed and checksummed anew, for marks of any size") {
  for (const std::size_t size : {0, 3, 300, 70000, 200000}) {
    const auto vorbis = encode_vorbis(band(32000, 2, 0.5), tags_of(size));
    check_pages(read_pages(vorbis));
    CHECK(decode_audio(vorbis).num_frames() == 16000);
    const auto opus = encode_opus(band(48000, 1, 0.5), tags_of(size));
    check_pages(read_pages(opus));
    CHECK(decode_audio(opus).num_frames() == 24000);
  }
}

TEST_CASE("the second packet of an Opus file is the marks, whole") {
  const auto pages = read_pages(encode_opus(band(48000, 1, 0.2), tags_of(3)));
  CHECK(pages[0].body.starts_with("OpusHead"));
  REQUIRE(pages[1].body.starts_with("OpusTags"));
  const auto block = pages[1].body.substr(8);
  CHECK(block ==
        vorbis_comment_block(vendor_of(block), {{"COMMENT", "xxx"}, {"ai_generated", "true"}}));
}

TEST_CASE("the serial number follows the content, not the clock") {
  const auto audio = band(32000, 1, 0.5);
  const auto first = encode_vorbis(audio, {});
  CHECK(first == encode_vorbis(audio, {}));
  const auto other = encode_vorbis(noise(32000, 1, 0.5, 0.1), {});
  CHECK(read_pages(first)[0].serial != read_pages(other)[0].serial);
}

TEST_CASE("what is not an Ogg stream is refused") {
  const OggRewrite rewrite{2, [](std::string_view packet) { return std::string(packet); }};
  CHECK_THROWS_AS(rewrite_ogg("", rewrite), Error);
  CHECK_THROWS_AS(rewrite_ogg("RIFF....WAVE", rewrite), Error);
}

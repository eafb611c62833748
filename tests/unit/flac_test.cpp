#include "lib/audio/flac.h"

#include <doctest/doctest.h>

#include <string>

#include "lib/audio/decode.h"
#include "lib/audio/vorbis_comment.h"
#include "lib/audio/wav.h"
#include "tests/support/test_sound.h"

using namespace cadenza;

namespace {

struct Block {
  unsigned type;
  std::string content;
};

// Metadata blocks up to the one marked last; the sync code of a frame must follow.
std::vector<Block> read_blocks(const std::string& bytes) {
  REQUIRE(bytes.substr(0, 4) == "fLaC");
  std::vector<Block> blocks;
  std::size_t at = 4;
  bool is_last = false;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes.at(i)); };
  while (!is_last) {
    is_last = (byte(at) & 0x80) != 0;
    const std::size_t size = byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
    blocks.push_back({byte(at) & 0x7FU, bytes.substr(at + 4, size)});
    at += 4 + size;
  }
  CHECK(byte(at) == 0xFF);
  CHECK((byte(at + 1) & 0xFC) == 0xF8);
  return blocks;
}

}  // namespace

TEST_CASE("the comment block holds every mark under its own name, and the sound is untouched") {
  const AudioTags tags{.title = "Café 東京", .custom = {{"ai_generated", "true"}, {"seed", "7"}}};
  const auto audio = band(32000, 2, 0.3);
  const auto bytes = encode_flac(audio, {.bits = SampleFormat::int24}, tags);
  int num_comments = 0;
  for (const auto& block : read_blocks(bytes)) {
    if (block.type != 4) continue;
    ++num_comments;
    CHECK(block.content ==
          vorbis_comment_block(vendor_of(block.content),
                               {{"TITLE", "Café 東京"}, {"ai_generated", "true"}, {"seed", "7"}}));
  }
  CHECK(num_comments == 1);
  CHECK(decode_audio(bytes).samples ==
        decode_audio(encode_wav(audio, {.bits = SampleFormat::int24}, {})).samples);
}

TEST_CASE("16-bit FLAC holds the very samples of 16-bit WAV") {
  const auto audio = band(44100, 1, 0.3);
  CHECK(decode_audio(encode_flac(audio, {.dither_seed = 5}, {})).samples ==
        decode_audio(encode_wav(audio, {.dither_seed = 5}, {})).samples);
}

TEST_CASE("marks larger than the encoder's own block fit") {
  const AudioTags tags{.comment = std::string(300000, 'x')};
  CHECK(decode_audio(encode_flac(band(32000, 1, 0.1), {}, tags)).num_frames() == 3200);
}

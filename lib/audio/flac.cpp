#include "lib/audio/flac.h"

#include <cstdint>
#include <string_view>

#include "lib/audio/sndfile_writer.h"
#include "lib/audio/vorbis_comment.h"
#include "lib/error.h"

namespace cadenza {

namespace {

// A FLAC file is "fLaC", then metadata blocks (last-flag and type, 24-bit length, content), then
// frames. Nothing in it counts bytes from the start of the file (seek points count from the first
// frame), so a block may change its length freely.
constexpr std::size_t kMarkerSize = 4;
constexpr std::size_t kHeaderSize = 4;
constexpr std::size_t kMaxBlockSize = (1 << 24) - 1;
constexpr unsigned kLastFlag = 0x80;
constexpr unsigned kVorbisComment = 4;

unsigned byte_at(std::string_view bytes, std::size_t at) {
  if (at >= bytes.size()) fail(ErrorKind::internal, "the FLAC encoder wrote a cut-off header");
  return static_cast<unsigned char>(bytes[at]);
}

std::size_t block_size(std::string_view bytes, std::size_t header) {
  return byte_at(bytes, header + 1) << 16 | byte_at(bytes, header + 2) << 8 |
         byte_at(bytes, header + 3);
}

// Offset of the VORBIS_COMMENT block's header; libFLAC always writes one, for its vendor string.
std::size_t find_comment_block(std::string_view bytes) {
  std::size_t header = kMarkerSize;
  while ((byte_at(bytes, header) & ~kLastFlag) != kVorbisComment) {
    if ((byte_at(bytes, header) & kLastFlag) != 0)
      fail(ErrorKind::internal, "the FLAC encoder wrote no comment block");
    header += kHeaderSize + block_size(bytes, header);
  }
  return header;
}

void replace_comments(std::string& bytes, const TagPairs& fields) {
  const std::size_t header = find_comment_block(bytes);
  const std::size_t old_size = block_size(bytes, header);
  const std::string_view old = std::string_view(bytes).substr(header + kHeaderSize, old_size);
  const std::string block = vorbis_comment_block(vendor_of(old), fields);
  if (block.size() > kMaxBlockSize)
    fail(ErrorKind::usage, "the marks of a FLAC file do not fit 16 MiB");
  bytes.replace(header + kHeaderSize, old_size, block);
  bytes[header + 1] = static_cast<char>(block.size() >> 16 & 0xFF);
  bytes[header + 2] = static_cast<char>(block.size() >> 8 & 0xFF);
  bytes[header + 3] = static_cast<char>(block.size() & 0xFF);
}

}  // namespace

std::string encode_flac(const AudioBuffer& audio, const EncodeOptions& options,
                        const AudioTags& tags) {
  const bool is_16 = options.bits == SampleFormat::int16;
  SndfileWriter writer(SF_FORMAT_FLAC | (is_16 ? SF_FORMAT_PCM_16 : SF_FORMAT_PCM_24), audio);
  writer.write_as_integers(audio, is_16 ? 16 : 24, options.dither_seed);
  std::string bytes = writer.finish();
  replace_comments(bytes, vorbis_fields(tags));
  return bytes;
}

}  // namespace cadenza

#include "lib/audio/ogg.h"

#include <string_view>

#include "lib/audio/ogg_stream.h"
#include "lib/audio/sndfile_writer.h"
#include "lib/audio/vorbis_comment.h"
#include "lib/error.h"

namespace cadenza {

namespace {

// Vorbis -q 6: about 190 kbit/s for stereo at 44.1 kHz, transparent to most ears.
constexpr double kVorbisQuality = 0.6;
// libsndfile's 0..1 runs from 256 down to 6 kbit/s a channel: about 96 kbit/s a channel.
constexpr double kOpusCompression = 0.64;

// The comment header is a signature, a comment block and, in Vorbis, a framing bit.
std::string marked(std::string_view old_packet, std::string_view signature, std::string_view end,
                   const AudioTags& tags) {
  if (!old_packet.starts_with(signature))
    fail(ErrorKind::internal, "the Ogg encoder wrote no comment header");
  const auto vendor = vendor_of(old_packet.substr(signature.size()));
  std::string packet(signature);
  packet += vorbis_comment_block(vendor, vorbis_fields(tags));
  packet += end;
  return packet;
}

}  // namespace

std::string encode_vorbis(const AudioBuffer& audio, const AudioTags& tags) {
  SndfileWriter writer(SF_FORMAT_OGG | SF_FORMAT_VORBIS, audio);
  double quality = kVorbisQuality;
  sf_command(writer.handle(), SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof quality);
  writer.write_as_floats(audio);
  return rewrite_ogg(writer.finish(), {3, [&tags](std::string_view old_packet) {
                                         return marked(old_packet, "\x03vorbis", "\x01", tags);
                                       }});
}

std::string encode_opus(const AudioBuffer& audio, const AudioTags& tags) {
  SndfileWriter writer(SF_FORMAT_OGG | SF_FORMAT_OPUS, audio);
  double compression = kOpusCompression;
  sf_command(writer.handle(), SFC_SET_COMPRESSION_LEVEL, &compression, sizeof compression);
  writer.write_as_floats(audio);
  return rewrite_ogg(writer.finish(), {2, [&tags](std::string_view old_packet) {
                                         return marked(old_packet, "OpusTags", "", tags);
                                       }});
}

}  // namespace cadenza

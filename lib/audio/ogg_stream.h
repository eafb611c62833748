// One logical Ogg stream made again from the pages an encoder wrote: with marks of our own and a
// serial number that depends on the content, where libsndfile takes one from the clock.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace cadenza {

struct OggRewrite {
  int num_header_packets = 0;  // Vorbis 3, Opus 2; the second one holds the comments
  // The old comment packet to the new one.
  std::function<std::string(std::string_view)> comment_packet;
};

// Header packets are laid out anew; audio pages keep their packets and positions in time, and get
// the new serial, number and checksum. Throws Error(internal) for what is not one Ogg stream.
std::string rewrite_ogg(std::string_view bytes, const OggRewrite& rewrite);

}  // namespace cadenza

// The comment block that FLAC, Ogg Vorbis and Opus share: a vendor string and NAME=value fields,
// lengths as 32-bit little-endian (xiph.org/vorbis/doc/v-comment.html).
#pragma once

#include <string>
#include <string_view>

#include "lib/audio/tags.h"

namespace cadenza {

std::string vorbis_comment_block(std::string_view vendor, const TagPairs& fields);

// The vendor string at the head of a block: the encoder's own signature, which we keep.
std::string_view vendor_of(std::string_view block);

}  // namespace cadenza

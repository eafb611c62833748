// The ID3v2.3 tag of an MP3 file, through LAME, in UTF-16: standard frames, and one TXXX frame for
// each custom mark. No date frame: the same sound gives the same bytes.
#pragma once

#include <lame/lame.h>

#include <string>
#include <string_view>

#include "lib/audio/audio_file.h"

namespace cadenza {

// Before lame_init_params. tags: cleaned() ones.
void set_id3_tags(lame_global_flags* lame, const AudioTags& tags);

// After lame_init_params: the tag, which belongs before the first frame; empty without marks.
std::string id3v2_bytes(lame_global_flags* lame);

// Valid UTF-8 to UTF-16 with a byte order mark, in this machine's order.
std::u16string utf16_with_bom(std::string_view utf8);

}  // namespace cadenza

// The marks of a track, made safe for every container, and the forms several of them share.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/audio/audio_file.h"

namespace cadenza {

// Values made of what XML 1.0 and every tag reader take: invalid UTF-8, control characters other
// than tab and newline, U+FFFE and U+FFFF become U+FFFD. Foreign text never stops a track.
// Throws Error(internal) for a custom key that is not an XML name of ASCII letters, digits, _ - .
AudioTags cleaned(const AudioTags& tags);

bool has_marks(const AudioTags& tags);

using TagPairs = std::vector<std::pair<std::string, std::string>>;

// Vorbis comment fields: TITLE ARTIST COMMENT ENCODER COPYRIGHT, then the custom ones as they are.
TagPairs vorbis_fields(const AudioTags& tags);

// "ai_generated=true; model=starter".
std::string one_line(const TagPairs& pairs);

// What a field that holds only ASCII gets: other characters become '?', cut to max_bytes.
std::string ascii_only(std::string_view text, std::size_t max_bytes);

}  // namespace cadenza

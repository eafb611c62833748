// The iXML chunk of a WAV file (ixml.info): a BWFXML document with all marks in it.
#pragma once

#include <string>

#include "lib/audio/audio_file.h"

namespace cadenza {

// PROJECT is the title, NOTE the comment; everything else is an element of CADENZA. Well-formed
// UTF-8. tags: cleaned() ones.
std::string ixml_document(const AudioTags& tags);

}  // namespace cadenza

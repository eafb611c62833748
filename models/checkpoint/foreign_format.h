// What a file is when it is not what its name says: a download that went wrong is named as such.
#pragma once

#include <string_view>

namespace cadenza {

class ByteSource;

// "a git-lfs pointer, not the file itself", "an HTML page", "a zip archive", ...; empty when the
// first bytes tell nothing. Looked at only after a file was refused: some marks are legal
// elsewhere.
std::string_view foreign_format(std::string_view head);
std::string_view foreign_format(const ByteSource& source);

// What to do about it, for Error's hint.
std::string_view foreign_format_hint(std::string_view format);

}  // namespace cadenza

// Text that is not ours, made safe for one line of a terminal or a log. Every foreign string in a
// message goes through here: prompts, ids, paths, tensor names, server answers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cadenza {

// C0, DEL, C1, U+200E/F, U+2028..202E, U+2066..2069 become \u{..}; invalid UTF-8 becomes \x... .
std::string escaped(std::string_view text);

// escaped, cut to max_chars characters of output (then "…"); an escape is never cut in two.
std::string shortened(std::string_view text, std::size_t max_chars = 60);

// shortened, in double quotes.
std::string quoted(std::string_view text, std::size_t max_chars = 60);

// Exact matches for the usual arguments: where <iomanip> is included, argument-dependent lookup
// would otherwise prefer std::quoted, which escapes nothing.
inline std::string quoted(const std::string& text) { return quoted(std::string_view(text)); }
inline std::string quoted(std::string& text) { return quoted(std::string_view(text)); }
inline std::string quoted(const char* text) { return quoted(std::string_view(text)); }

// A path as messages begin with it: escaped, without quotes. When it is longer than max_chars its
// end is kept ("…/takes/song.wav"), because the file name says more than the first folders.
std::string shown_path(std::string_view path, std::size_t max_chars = 120);

}  // namespace cadenza

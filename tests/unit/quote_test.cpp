#include "lib/text/quote.h"

#include <doctest/doctest.h>

#include <string>

#include "lib/text/utf8.h"

using namespace cadenza;

TEST_CASE("control characters are written as code points") {
  CHECK(escaped("a\nb") == "a\\u{a}b");
  CHECK(escaped("\x1b[2J\x7f") == "\\u{1b}[2J\\u{7f}");
  CHECK(escaped("\xc2\x9b") == "\\u{9b}");
  CHECK(escaped(std::string_view("\0", 1)) == "\\u{0}");
}

TEST_CASE("characters that reorder or break a line are written as code points") {
  CHECK(escaped("\xe2\x80\x8e\xe2\x80\x8f") == "\\u{200e}\\u{200f}");
  CHECK(escaped("\xe2\x80\xa8\xe2\x80\xae") == "\\u{2028}\\u{202e}");
  CHECK(escaped("\xe2\x81\xa6\xe2\x81\xa9") == "\\u{2066}\\u{2069}");
  CHECK(escaped("\xe2\x80\x8d\xe2\x80\xaf\xe2\x81\xaa") == "\xe2\x80\x8d\xe2\x80\xaf\xe2\x81\xaa");
}

TEST_CASE("invalid UTF-8 is written byte by byte") {
  CHECK(escaped("a\xff\xc0\xaf z") == "a\\xff\\xc0\\xaf z");
  CHECK(escaped("\xe2\x82") == "\\xe2\\x82");
}

TEST_CASE("other text stays as it is") {
  CHECK(escaped("caf\xc3\xa9 \xf0\x9d\x84\x9e \\ \"") == "caf\xc3\xa9 \xf0\x9d\x84\x9e \\ \"");
}

TEST_CASE("a quoted text is cut to its limit and says so") {
  CHECK(quoted("brisk") == "\"brisk\"");
  CHECK(quoted("") == "\"\"");
  CHECK(quoted(std::string(60, 'a')) == '"' + std::string(60, 'a') + '"');
  CHECK(quoted(std::string(61, 'a')) == '"' + std::string(60, 'a') + "…\"");
  CHECK(quoted("\xc3\xa9\xc3\xa9\xc3\xa9", 2) == "\"\xc3\xa9\xc3\xa9…\"");
}

TEST_CASE("the limit counts what is printed, and no escape is cut in two") {
  CHECK(quoted("abc\x1b", 8) == "\"abc…\"");
  CHECK(quoted("abc\x1b", 9) == "\"abc\\u{1b}\"");
  CHECK(count_code_points(quoted(std::string(5000, '\x1b'))) <= 63);
}

TEST_CASE("a long path keeps its end") {
  CHECK(shown_path("takes/song.wav") == "takes/song.wav");
  CHECK(shown_path("/a/very/long/folder/song.wav", 8) == "…song.wav");
  CHECK(shown_path("a\nb") == "a\\u{a}b");
  CHECK(shown_path("").empty());
}

#include "lib/text/utf8.h"

#include <doctest/doctest.h>

#include <string>

using namespace cadenza;

TEST_CASE("well-formed UTF-8 of every length has no invalid byte") {
  CHECK_FALSE(find_invalid_utf8(""));
  CHECK_FALSE(find_invalid_utf8("abc"));
  // The first and the last code point of each length, and those around the surrogates.
  CHECK_FALSE(find_invalid_utf8("\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xef\xbf\xbf"));
  CHECK_FALSE(find_invalid_utf8("\xed\x9f\xbf \xee\x80\x80 \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"));
}

TEST_CASE("ill-formed UTF-8 is found where its sequence begins") {
  const std::string head = "ab";
  for (const char* bad :
       {"\xff", "\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xe2\x82", "\xf0\x9d\x84", "\xc3", "\xe2\x28\xa1"}) {
    CAPTURE(bad);
    CHECK(find_invalid_utf8(head + bad) == 2u);
    CHECK(find_invalid_utf8(head + bad + "c") == 2u);
  }
}

TEST_CASE("a code point decodes to its value and length") {
  const std::string clef = "\xf0\x9d\x84\x9e";  // U+1D11E, the G clef
  REQUIRE(decode_utf8(clef, 0));
  CHECK(decode_utf8(clef, 0)->value == 0x1d11e);
  CHECK(decode_utf8(clef, 0)->num_bytes == 4);
  CHECK_FALSE(decode_utf8(clef, 1));
}

TEST_CASE("code points are counted, not bytes") {
  CHECK(count_code_points("") == 0);
  CHECK(count_code_points("\xf0\x9d\x84\x9e\xf0\x9d\x84\x9e") == 2);
  CHECK(count_code_points("caf\xc3\xa9") == 4);
  CHECK(count_code_points("cafe\xcc\x81") == 5);  // not normalised: e and a combining accent
}

TEST_CASE("white space is trimmed at both ends only") {
  CHECK(trimmed("  a b\t\n") == "a b");
  CHECK(trimmed(" \t\r\n\v\f").empty());
  CHECK(trimmed("").empty());
  CHECK(trimmed("\xc2\xa0\xe2\x80\x83\xe3\x80\x80x\xe2\x80\x8a") == "x");
  CHECK(trimmed("\xe2\x80\x8bx") == "\xe2\x80\x8bx");  // U+200B is no white space
  CHECK(trimmed(" \xff ") == "\xff");
}

TEST_CASE("C0, DEL and C1 are control characters, their neighbours are not") {
  for (const char* text : {"a\x01", "\x1f", "\n", "\t", "\x7f", "\xc2\x80", "\xc2\x9f"}) {
    CAPTURE(text);
    CHECK(has_control_characters(text));
  }
  CHECK(has_control_characters(std::string_view("a\0b", 3)));
  CHECK_FALSE(has_control_characters(" ~\xc2\xa0\xc3\xa9"));
}

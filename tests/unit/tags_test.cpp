#include "lib/audio/tags.h"

#include <doctest/doctest.h>

#include "tests/support/thrown.h"

using namespace cadenza;

TEST_CASE("what XML and tag readers cannot take becomes U+FFFD, the rest stays") {
  const auto clean = cleaned({.title = "a\x01z\x7F",
                              .artist = "bad \xFF\xC3 end",
                              .comment = "tab\tline\n",
                              .software = "\xEF\xBF\xBE",
                              .copyright = "Café 東京 🎵"});
  CHECK(clean.title == "a\uFFFDz\uFFFD");
  CHECK(clean.artist == "bad \uFFFD\uFFFD end");
  CHECK(clean.comment == "tab\tline\n");
  CHECK(clean.software == "\uFFFD");
  CHECK(clean.copyright == "Café 東京 🎵");
}

TEST_CASE("a custom key that no container could hold is a bug") {
  for (const char* key : {"", "with space", "a=b", "9lives", "naïve", "<x>"}) {
    const auto error = thrown([&] { cleaned({.custom = {{key, "value"}}}); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::internal);
  }
  CHECK(cleaned({.custom = {{"ai_generated", "true"}}}).custom.front().second == "true");
}

TEST_CASE("Vorbis fields are the standard names, then the custom ones, empty ones left out") {
  const auto fields = vorbis_fields({.title = "T", .software = "S", .custom = {{"seed", "7"}}});
  CHECK(fields == TagPairs{{"TITLE", "T"}, {"ENCODER", "S"}, {"seed", "7"}});
  CHECK_FALSE(has_marks({}));
}

TEST_CASE("an ASCII field gets one question mark for each other character, and is cut") {
  CHECK(ascii_only("Café 東京.", 100) == "Caf? ??.");
  CHECK(ascii_only("abcdef", 3) == "abc");
}

TEST_CASE("pairs on one line are joined by semicolons") {
  CHECK(one_line({{"a", "1"}, {"b", "2"}}) == "a=1; b=2");
}

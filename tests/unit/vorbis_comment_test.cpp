#include "lib/audio/vorbis_comment.h"

#include <doctest/doctest.h>

#include "lib/error.h"

using namespace cadenza;
using namespace std::string_literals;

TEST_CASE("a comment block counts vendor, fields and each field in 32-bit little-endian") {
  const auto block = vorbis_comment_block("v1", {{"TITLE", "ab"}, {"seed", "7"}});
  CHECK(block == "\2\0\0\0v1\2\0\0\0\10\0\0\0TITLE=ab\6\0\0\0seed=7"s);
  CHECK(vendor_of(block) == "v1");
}

TEST_CASE("a block whose vendor runs past its end is refused") {
  CHECK_THROWS_AS(vendor_of("\5\0\0\0abc"s), Error);
  CHECK_THROWS_AS(vendor_of("\5\0"s), Error);
}

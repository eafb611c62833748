#include "models/t5/text_normalizer.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/made_charsmap.h"

using namespace cadenza;
using cadenza::testing::made_charsmap;
using cadenza::testing::made_trie;

namespace {

// a -> one, b -> nothing at all.
Charsmap small_charsmap() {
  return Charsmap(made_charsmap(made_trie({{'a', 0}, {'b', 4}}), std::string("one\0\0", 5)), "x");
}

}  // namespace

TEST_CASE("keys are replaced, the rest stays") {
  CHECK(normalized("xay", small_charsmap()) == "xoney");
  CHECK(normalized("xby", small_charsmap()) == "xy");
  CHECK(normalized("", small_charsmap()).empty());
  CHECK(normalized("xay", Charsmap()) == "xay");
}

TEST_CASE("a short grapheme that begins with a key is replaced whole, its marks lost") {
  CHECK(normalized("a\u0301x", small_charsmap()) == "onex");
  CHECK(normalized("a\u0301\u0302x", small_charsmap()) == "onex");
}

TEST_CASE("a grapheme of six bytes or more is replaced character by character") {
  CHECK(normalized("a\u0301\u0302\u0303", small_charsmap()) == "one\u0301\u0302\u0303");
}

TEST_CASE("words are split at Unicode white space, U+0085 included") {
  CHECK(split_words(" a\u0085b\u00a0\u3000c\n") == std::vector<std::string_view>{"a", "b", "c"});
  CHECK(split_words(" \t\u2581 ").empty());
  CHECK(split_words("a\u200bb") == std::vector<std::string_view>{"a\u200bb"});
}

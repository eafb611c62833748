#include "models/checkpoint/charsmap.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/made_charsmap.h"
#include "tests/support/thrown.h"

using namespace cadenza;
using cadenza::testing::made_charsmap;
using cadenza::testing::made_trie;

namespace {

const std::string kTexts("one\0two\0", 8);

std::string complaint(const std::string& bytes) {
  const auto error = thrown([&] { Charsmap(bytes, "spiece.model"); });
  if (!error) return "accepted";
  CHECK(error->kind() == ErrorKind::bad_model);
  CHECK(error->sentence().starts_with("spiece.model: charsmap: "));
  return error->sentence();
}

}  // namespace

TEST_CASE("a key is replaced by its text, other bytes by nothing") {
  const Charsmap charsmap(made_charsmap(made_trie({{'a', 0}, {'b', 4}}), kTexts), "x");
  CHECK(charsmap.replace_prefix("a") == "one");
  CHECK(charsmap.replace_prefix("bcd") == "two");
  CHECK_FALSE(charsmap.replace_prefix("c"));
  CHECK_FALSE(charsmap.replace_prefix(""));
  CHECK_FALSE(charsmap.replace_prefix(std::string_view("\0a", 2)));
}

TEST_CASE("no charsmap replaces nothing") {
  CHECK_FALSE(Charsmap().replace_prefix("a"));
  CHECK_FALSE(Charsmap("", "x").replace_prefix("a"));
}

TEST_CASE("sizes that do not fit are refused") {
  CHECK(complaint("\x01").find("ends early") != std::string::npos);
  CHECK(complaint(std::string("\xf0\xff\xff\xff", 4) + std::string(16, '\0')) != "accepted");
  CHECK(complaint(std::string("\x07\0\0\0", 4) + std::string(16, '\0')) != "accepted");
  CHECK(complaint(std::string("\0\0\0\0", 4) + "a") != "accepted");
}

TEST_CASE("units that lead outside the trie are refused") {
  auto units = made_trie({{'a', 0}});
  units[0] = 1000000u << 10;
  CHECK(complaint(made_charsmap(units, kTexts)).find("points to") != std::string::npos);
  units = made_trie({{'a', 0}});
  units[256 ^ 'a'] |= 0x1fffffu << 10;
  CHECK(complaint(made_charsmap(units, kTexts)) != "accepted");
  // The last block of children must be there as a whole: a lookup may try any byte.
  units = made_trie({{'a', 0}});
  units.resize(512 + 'a' + 1);
  CHECK(complaint(made_charsmap(units, kTexts)) != "accepted");
}

TEST_CASE("a leaf must point to the start of a text") {
  CHECK(complaint(made_charsmap(made_trie({{'a', 8}}), kTexts)).find("outside its texts") !=
        std::string::npos);
  CHECK(complaint(made_charsmap(made_trie({{'a', 1}}), std::string("\xc3\xa9\0", 3))) !=
        "accepted");
}

TEST_CASE("texts end in NUL and are UTF-8") {
  CHECK(complaint(made_charsmap(made_trie({{'a', 0}}), "abc")).find("NUL") != std::string::npos);
  CHECK(complaint(made_charsmap(made_trie({{'a', 0}}), std::string("\xff\0", 2))) != "accepted");
}

TEST_CASE("a trie that runs in circles is walked once") {
  auto units = made_trie({});
  units[256 ^ 'a'] = (256u ^ 'a' ^ 256u) << 10 | 'a';  // the children of "a" are the root's
  const std::string bytes = made_charsmap(units, kTexts);
  CHECK(complaint(bytes) == "accepted");
  CHECK_FALSE(Charsmap(bytes, "x").replace_prefix("aaaaaaaa"));
}

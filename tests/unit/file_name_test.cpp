#include "lib/batch/file_name.h"

#include <doctest/doctest.h>

using namespace cadenza;

TEST_CASE("a file of a batch has a plain name, so that it cannot point elsewhere") {
  for (const char* name : {"a.wav", "take_1.json", "0.error.json"}) CHECK(is_plain_file_name(name));
  for (const char* name : {"", "..", "../a.wav", "/a.wav", ".hidden", "a\\b", "a ", "a.", "-a"})
    CHECK_FALSE(is_plain_file_name(name));
  CHECK(is_plain_file_name(std::string(255, 'a')));
  CHECK_FALSE(is_plain_file_name(std::string(256, 'a')));
}

TEST_CASE("ids that differ in the case of ASCII letters are one id") {
  CHECK(folded_id("Take") == folded_id("tAKE"));
  CHECK(folded_id("take") != folded_id("take1"));
}

#include "models/checkpoint/plain_name.h"

#include <doctest/doctest.h>

#include <string>

using cadenza::is_plain_name;

TEST_CASE("a plain name cannot lead to another folder") {
  CHECK(is_plain_name("model-00001-of-00002.safetensors"));
  CHECK(is_plain_name(std::string(128, 'x')));
  for (const char* name : {"", ".", "..", ".hidden", "a/b", "a\\b", "C:x", "a b", "a\n", "é"}) {
    CAPTURE(name);
    CHECK_FALSE(is_plain_name(name));
  }
  CHECK_FALSE(is_plain_name(std::string(129, 'x')));
}

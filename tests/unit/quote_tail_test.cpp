#include "lib/text/quote_tail.h"

#include <doctest/doctest.h>

using cadenza::quoted_tail;

TEST_CASE("a short name is shown whole") {
  CHECK(quoted_tail("lm_heads.0.weight") == "\"lm_heads.0.weight\"");
  CHECK(quoted_tail("") == "\"\"");
  CHECK(quoted_tail("12345", 5) == "\"12345\"");
}

TEST_CASE("a long name keeps its end") {
  CHECK(quoted_tail("123456", 5) == "\"…23456\"");
  CHECK(quoted_tail(std::string(1 << 20, 'n') + "end", 4) == "\"…nend\"");
}

TEST_CASE("code points are never cut in two") { CHECK(quoted_tail("ääöü", 2) == "\"…öü\""); }

TEST_CASE("control characters are escaped") {
  CHECK(quoted_tail("a\x1b[2J").find('\x1b') == std::string::npos);
}

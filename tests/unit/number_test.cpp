#include "lib/text/number.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

using namespace cadenza;

TEST_CASE("integers are exact over the whole range") {
  CHECK(parse_integer("0") == 0);
  CHECK(parse_integer("-1") == -1);
  CHECK(parse_integer("9223372036854775807") == INT64_MAX);
  CHECK(parse_integer("-9223372036854775808") == INT64_MIN);
  CHECK_FALSE(parse_integer("9223372036854775808"));
  CHECK_FALSE(parse_integer(std::string(400, '9')));
}

TEST_CASE("what is not a plain integer is refused") {
  for (const char* text : {"", " ", "1 ", " 1", "1.0", "1e3", "0x10", "0b1", "4_2", "+5", "--5",
                           "1,5", "five", "\xef\xbc\x91\xef\xbc\x90", "1\n", "-"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_integer(text));
  }
  CHECK_FALSE(parse_integer(std::string_view("1\0", 2)));
}

TEST_CASE("decimals are read exactly") {
  CHECK(parse_decimal("84.5") == 84.5);
  CHECK(parse_decimal("0.1") == 0.1);
  CHECK(parse_decimal("1e2") == 100.0);
  CHECK(parse_decimal("1E-2") == 0.01);
  CHECK(parse_decimal(".5") == 0.5);
  CHECK(parse_decimal("-3") == -3.0);
  CHECK(parse_decimal("0e99") == 0.0);
  CHECK(parse_decimal("0.000") == 0.0);
}

TEST_CASE("what is not a plain finite decimal is refused") {
  for (const char* text :
       {"",       " ",     "nan",   "inf",  "-inf", "infinity", "1e999",
        "-1e999", "0x10",  "1,5",   "--",   ".",    "-",        "1e",
        "1e-",    "1e1e1", "1.0.0", "0.9.", "10s",  "1:30",     "120\n",
        "1 0",    " 1",    "1_20",  "+5",   "90%",  "5..10",    "\xd9\xa1\xd9\xa2",
        "\xff",   "10\xc3"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_decimal(text));
  }
}

TEST_CASE("a non-zero text that is too small for a double is no zero") {
  CHECK_FALSE(parse_decimal("1e-999"));
  CHECK_FALSE(parse_decimal("0.0001e-400"));
  CHECK_FALSE(parse_decimal("0." + std::string(400, '0') + "1"));
}

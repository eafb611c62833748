// Strict readers for words and numbers.
#include "cli/values.h"

#include <doctest/doctest.h>

#include "tests/support/thrown.h"

using namespace cadenza;

TEST_CASE("a choice is one of the words, exactly") {
  CHECK(expect_choice("color", "auto", {"auto", "never"}) == "auto");
  const auto error = thrown([] { expect_choice("color", "Auto", {"auto", "always", "never"}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK(error->sentence() == "color: expected auto, always or never, found \"Auto\"");
  CHECK(error->hint() == "did you mean auto?");
}

TEST_CASE("a whole number is plain decimal and in its range, ends included") {
  CHECK(expect_integer("vbr", "0", 0, 9) == 0);
  CHECK(expect_integer("vbr", "9", 0, 9) == 9);
  for (const char* text : {"", "10", "-1", "1.0", "1e0", " 1", "0x1", "99999999999999999999"}) {
    CAPTURE(text);
    const auto error = thrown([&] { expect_integer("vbr", text, 0, 9); });
    REQUIRE(error);
    CHECK(error->sentence().starts_with("vbr: expected a whole number from 0 to 9, found "));
  }
}

TEST_CASE("a number is plain decimal and in its range, ends included") {
  CHECK(expect_number("fade-in", "0", 0, 300, " s") == 0);
  CHECK(expect_number("fade-in", "300", 0, 300, " s") == 300);
  CHECK(expect_number("fade-in", "1.5", 0, 300, " s") == 1.5);
  for (const char* text : {"", "nan", "inf", "-0.1", "300.1", "1,5", "1e999", "2 s"}) {
    CAPTURE(text);
    const auto error = thrown([&] { expect_number("fade-in", text, 0, 300, " s"); });
    REQUIRE(error);
    CHECK(error->sentence().starts_with("fade-in: expected 0 to 300 s, found "));
  }
}

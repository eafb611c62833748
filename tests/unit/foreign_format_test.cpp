#include "models/checkpoint/foreign_format.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/made_files.h"

using cadenza::foreign_format;

TEST_CASE("marks are found after blanks and in any case") {
  CHECK(foreign_format("\n  <HTML><body>") == "an HTML page");
  CHECK(foreign_format("<!doctype html>") == "an HTML page");
  CHECK(foreign_format("{\"a\":1}") == "JSON text");
}

TEST_CASE("nothing is said about unknown bytes") {
  CHECK(foreign_format("").empty());
  CHECK(foreign_format("   ").empty());
  CHECK(foreign_format("hello").empty());
  CHECK(foreign_format(std::string("{\0\0\0\0\0\0\0", 8)).empty());
}

TEST_CASE("a source shorter than the marks is no error") {
  CHECK(foreign_format(*cadenza::testing::made_file("x", "PK")).empty());
}

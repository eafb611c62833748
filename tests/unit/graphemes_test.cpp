#include "models/t5/graphemes.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

// Expected lengths: Unicode annex 29, rules GB3 to GB5, GB9, GB9a, GB9b, GB999.

using cadenza::first_cluster_bytes;

TEST_CASE("a letter keeps its marks") {
  CHECK(first_cluster_bytes("e\u0301\u0302x") == 5);
  CHECK(first_cluster_bytes("\uff21\u0301") == 5);
  CHECK(first_cluster_bytes("ab") == 1);
  CHECK(first_cluster_bytes("") == 0);
}

TEST_CASE("joiners, variation selectors and spacing marks extend a cluster") {
  CHECK(first_cluster_bytes("a\u200db") == 4);
  CHECK(first_cluster_bytes("\u2122\ufe0f") == 6);
  CHECK(first_cluster_bytes("\u0915\u093e") == 6);
}

TEST_CASE("controls stand alone, line breaks come in pairs") {
  CHECK(first_cluster_bytes("\n\u0301") == 1);
  CHECK(first_cluster_bytes("\u200b\u0301") == 3);
  CHECK(first_cluster_bytes("\r\na") == 2);
  CHECK(first_cluster_bytes("\n\r") == 1);
}

TEST_CASE("a prepended sign joins what follows it") {
  CHECK(first_cluster_bytes("\u0600\u0661") == 4);
  CHECK(first_cluster_bytes("\u0600\n") == 2);
}

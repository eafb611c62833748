#include "cli/flags.h"

#include <doctest/doctest.h>

using namespace cadenza;

TEST_CASE("a flag's name becomes a field and a variable") {
  CHECK(field_name("top-k") == "top_k");
  CHECK(variable_name("top-k") == "CADENZA_TOP_K");
}

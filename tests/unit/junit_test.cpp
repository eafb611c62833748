// JUnit XML of a batch; read by a real XML parser in tests/cli/events_test.py.
#include "lib/batch/junit.h"

#include <doctest/doctest.h>

using namespace cadenza;
using Outcome = JunitCase::Outcome;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a suite counts its rows by outcome and adds up their seconds") {
  const std::string text =
      junit_xml("takes.jsonl", {{"a", "calm piano", 1.5, Outcome::ok},
                                {"b", "", 0.25, Outcome::failed, "usage", "no"},
                                {"c", "", 0, Outcome::skipped, "", "left"}});
  CHECK(holds(text,
              "<testsuite name=\"takes.jsonl\" tests=\"3\" failures=\"1\" errors=\"0\" "
              "skipped=\"1\" time=\"1.750\">"));
  CHECK(holds(text, "<testcase classname=\"takes.jsonl\" name=\"a: calm piano\" time=\"1.500\"/>"));
}

TEST_CASE("a failed row tells kind and message, a skipped one why") {
  const std::string text = junit_xml("s", {{"b", "", 0, Outcome::failed, "usage", "tempo: wrong"},
                                           {"c", "", 0, Outcome::skipped, "", "made before"}});
  CHECK(holds(text, "<failure type=\"usage\" message=\"tempo: wrong\">tempo: wrong</failure>"));
  CHECK(holds(text, "<skipped message=\"made before\"/>"));
}

TEST_CASE("foreign text cannot leave its attribute, and what XML cannot hold is escaped") {
  const std::string text =
      junit_xml("s", {{"a", "x\"><failure/>&\x01\xEF\xBF\xBF\xff", 0, Outcome::ok}});
  CHECK(holds(text, "a: x&quot;&gt;&lt;failure/&gt;&amp;\\u{1}\\u{ffff}\\xff"));
}

TEST_CASE("a batch without rows is still a document") {
  CHECK(holds(junit_xml("s", {}), "tests=\"0\" failures=\"0\""));
}

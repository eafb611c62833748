#include "cli/github_report.h"

#include <doctest/doctest.h>

using namespace cadenza;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("an annotation escapes what would end it or its properties") {
  CHECK(annotation_line({"error", "a,b", "c:d.jsonl", 3, "50 % of x: y, z"}) ==
        "::error title=a%2Cb,file=c%3Ad.jsonl,line=3::50 %25 of x: y, z\n");
}

TEST_CASE("foreign line feeds cannot forge a second command") {
  const std::string line = annotation_line({"error", "t", "", 0, "x\n::set-env name=A::b"});
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(line == "::error title=t::x\\u{a}::set-env name=A::b\n");
}

TEST_CASE("the job summary shows figures, and foreign text as text") {
  BatchFigures figures{.num_rows = 3, .num_done = 1, .num_failed = 2};
  const std::string text = job_summary("m.jsonl", {}, figures, {{"a", "<b>|x", "io", "no"}});
  CHECK(holds(text, "### Cadenza: m.jsonl: partial\n"));
  CHECK(holds(text, "| done | 1 of 3 |\n"));
  CHECK(holds(text, "| a | &lt;b\\>\\|x | io | no |\n"));
  CHECK(holds(text, "and 1 more\n"));
}

#include "lib/batch/junit_recorder.h"

#include <doctest/doctest.h>

#include "tests/support/fake_batch.h"

using namespace cadenza;
using Outcome = JunitCase::Outcome;

TEST_CASE("every row of the plan is a case; those unheard of are skipped, and it is said why") {
  const BatchPlan plan = fake_plan(4);
  JunitRecorder recorder([](const BatchJob& job) { return RowFacts{.prompt = "p " + job.id}; });
  recorder.failed(plan.jobs[0], Error(ErrorKind::io, "disk full"), 2);
  recorder.completed(plan.jobs[1], {}, 3);
  const auto cases = recorder.cases(plan, [](const BatchJob& job) { return job.id == "row-2"; });
  REQUIRE(cases.size() == 4);
  CHECK(cases[0].outcome == Outcome::failed);
  CHECK(cases[0].error_kind == "io");
  CHECK(cases[1].outcome == Outcome::ok);
  CHECK(cases[1].name == "p row-1");
  CHECK(cases[1].seconds == 3);
  CHECK(cases[2].outcome == Outcome::skipped);
  CHECK(cases[2].message == "made by an earlier run");
  CHECK(cases[3].message == "left for the next run");
}

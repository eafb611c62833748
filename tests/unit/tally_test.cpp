#include "lib/batch/tally.h"

#include <doctest/doctest.h>

using namespace cadenza;

namespace {

// A clock that a test moves; every row asks for ten seconds of music.
struct Bench {
  double now = 100;
  BatchTally tally{[](const BatchJob&) { return 10.0; }, [this] { return now; }, 100, 3.6};
  const BatchJob a{.id = "a"}, b{.id = "b"};
};

}  // namespace

TEST_CASE("what is left is measured in music, from the first row on") {
  Bench bench;
  bench.tally.begin(5, 1, 40);
  bench.now = 150;  // a model was loaded
  bench.tally.started(bench.a, 1);
  CHECK_FALSE(bench.tally.figures().left_s);
  bench.now = 152;
  bench.tally.completed(bench.a, {}, 2);
  CHECK(bench.tally.figures().left_s == doctest::Approx(6));
  CHECK(bench.tally.figures().num_left() == 3);
}

TEST_CASE("cost is time since the work began by the hour's price") {
  Bench bench;
  bench.now = 1100;
  CHECK(*bench.tally.figures().cost == doctest::Approx(1.0));
}

TEST_CASE("a row runs from its start until it completes, fails or waits for another try") {
  Bench bench;
  bench.tally.begin(2, 0, 20);
  bench.tally.started(bench.a, 1);
  bench.tally.started(bench.b, 1);
  CHECK(bench.tally.figures().running.size() == 2);
  bench.tally.retried(bench.a, Error(ErrorKind::temporary, "busy"), 1);
  CHECK(bench.tally.figures().running.front().id == "b");
  bench.tally.failed(bench.b, Error(ErrorKind::usage, "no"), 1);
  bench.tally.started(bench.a, 2);
  CHECK(bench.tally.figures().running.front().attempt == 2);
  bench.tally.completed(bench.a, {}, 3);
  const BatchFigures figures = bench.tally.figures();
  CHECK(figures.running.empty());
  CHECK(figures.failures.at("usage") == 1);
  CHECK(figures.num_retries == 1);
  CHECK(*figures.left_s == 0);
}

TEST_CASE("percentiles are values that were measured: nearest rank") {
  CHECK(percentile({3, 1, 2}, 0.5) == 2);
  CHECK(percentile({7}, 0.95) == 7);
  CHECK(percentile({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 0.95) == 11);
}

TEST_CASE("the real-time factor is music per second of the run; none before a track is done") {
  Bench bench;
  bench.tally.begin(1, 0, 10);
  bench.now = 105;
  CHECK_FALSE(bench.tally.figures().real_time_factor());
  bench.tally.started(bench.a, 1);
  bench.tally.completed(bench.a, {}, 5);
  CHECK(*bench.tally.figures().real_time_factor() == doctest::Approx(2));
}

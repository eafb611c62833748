#include "lib/batch/runner.h"

#include <doctest/doctest.h>

#include <cmath>
#include <csignal>
#include <fstream>
#include <sstream>

#include "lib/batch/run_queue.h"
#include "tests/support/fake_batch.h"
#include "tests/support/temp_folder.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

std::string content(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// One folder, run as often as a test likes.
struct Bench {
  TempFolder folder;
  FakeMaker maker;
  NoiseGenerator generator;
  BatchOptions options{.out_dir = folder.path() / "out", .open = fake_open(), .owner = "a test"};
  BatchPlan plan = fake_plan(4);
  StopFlag stop, drain;

  BatchSummary run() {
    BatchObserver observer;
    NoProgress progress;
    Batch batch(plan, maker, options, observer);
    batch.check();
    batch.open();
    return batch.run(generator, progress, stop, drain);
  }
  std::filesystem::path file(const std::string& name) const { return options.out_dir / name; }
  bool is_there(const std::string& name) const { return std::filesystem::exists(file(name)); }
  void fail_row(const std::string& id, ErrorKind kind) {
    generator.fails = [=](const TrackRequest& request) {
      if (request.conditioning_text == id) fail(kind, "the fake cannot");
    };
  }
};

}  // namespace

TEST_CASE("a batch makes every track once, and a second run makes none") {
  Bench bench;
  CHECK(bench.run().num_done == 4);
  CHECK(content(bench.file("row-2.wav")) == fake_audio("row-2"));
  const auto again = bench.run();
  CHECK(again.num_done_before == 4);
  CHECK(again.num_done == 0);
  CHECK(bench.generator.num_calls == 4);
}

TEST_CASE("one track's failure is recorded and touches no other; it is tried again next time") {
  Bench bench;
  bench.fail_row("row-1", ErrorKind::internal);
  const auto summary = bench.run();
  CHECK(summary.num_done == 3);
  CHECK(summary.num_failed == 1);
  CHECK(bench.is_there("row-1.error.json"));
  CHECK_FALSE(bench.is_there("row-1.wav"));
  bench.generator.fails = {};
  CHECK(bench.run().num_done == 1);
  CHECK_FALSE(bench.is_there("row-1.error.json"));
}

TEST_CASE("a passing failure is tried again, others are not") {
  Bench bench;
  int num_left = 1;
  bench.options.retries = 2;
  bench.generator.fails = [&](const TrackRequest& request) {
    if (request.conditioning_text == "row-0" && num_left-- > 0) fail(ErrorKind::temporary, "busy");
    if (request.conditioning_text == "row-1") fail(ErrorKind::bad_model, "broken");
  };
  const auto summary = bench.run();
  CHECK(summary.num_done == 3);
  CHECK(summary.num_failed == 1);
  CHECK(bench.generator.num_calls == 5);
}

TEST_CASE("waits between tries double from half a second and end at a minute") {
  for (int attempt = 0; attempt < 40; ++attempt) {
    const double longest = std::min(60.0, 0.5 * std::pow(2, attempt));
    CHECK(retry_wait_s(attempt, "a") <= longest);
    CHECK(retry_wait_s(attempt, "a") >= longest / 2);
  }
}

TEST_CASE("a track that takes longer than it may fails alone") {
  Bench bench;
  bench.options.timeout_s = 0.02;
  bench.plan = fake_plan(1);
  bench.generator.num_steps = 100;
  bench.generator.step_time = std::chrono::milliseconds(2);
  CHECK(bench.run().num_failed == 1);
  CHECK(content(bench.file("row-0.error.json")).starts_with("timeout:"));
}

TEST_CASE("after --max-failures nothing new is started") {
  Bench bench;
  bench.options.max_failures = 1;
  bench.fail_row("row-0", ErrorKind::internal);
  const auto summary = bench.run();
  CHECK(summary.num_left() == 3);
  CHECK(summary.stopped_by == "--max-failures");
}

TEST_CASE("a drain finishes what runs and starts nothing more") {
  Bench bench;
  bench.generator.fails = [&](const TrackRequest&) { bench.drain.request(SIGUSR1); };
  const auto summary = bench.run();
  CHECK(summary.num_done == 1);
  CHECK(summary.num_left() == 3);
}

TEST_CASE("a signal drops what runs and keeps what is finished") {
  Bench bench;
  bench.generator.fails = [&](const TrackRequest& request) {
    if (request.conditioning_text == "row-1") bench.stop.request(SIGTERM);
  };
  CHECK(thrown([&] { bench.run(); })->kind() == ErrorKind::terminated);
  CHECK(bench.is_there("row-0.wav"));
  CHECK_FALSE(bench.is_there("row-2.wav"));
}

TEST_CASE("a file in the way that no journal explains is named and left alone") {
  Bench bench;
  std::filesystem::create_directory(bench.options.out_dir);
  std::ofstream(bench.file("row-3.wav")) << "someone else's song";
  const auto error = thrown([&] { bench.run(); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK(error->sentence().find("row-3.wav") != std::string::npos);
  CHECK(content(bench.file("row-3.wav")) == "someone else's song");
  CHECK_FALSE(bench.is_there("journal.jsonl"));
}

TEST_CASE("what a killed run had published of an unfinished track is ours to replace") {
  Bench bench;
  std::filesystem::create_directory(bench.options.out_dir);
  Journal(bench.file("journal.jsonl"), fake_open())
      .append({.type = JournalRecord::Type::begin,
               .id = "row-1",
               .key = bench.maker.key({0, 0, "row-1"})});
  std::ofstream(bench.file("row-1.wav")) << "audio of the run that was killed";
  std::ofstream(bench.file(".cadenza-tmp-0123")) << "half";
  CHECK(bench.run().num_done == 4);
  CHECK(content(bench.file("row-1.wav")) == fake_audio("row-1"));
  CHECK_FALSE(bench.is_there(".cadenza-tmp-0123"));
}

TEST_CASE("a done track whose file is gone or cut is made again") {
  Bench bench;
  bench.run();
  std::filesystem::remove(bench.file("row-0.json"));
  std::filesystem::resize_file(bench.file("row-1.wav"), 10);
  CHECK(bench.run().num_done == 2);
  CHECK(content(bench.file("row-1.wav")) == fake_audio("row-1"));
}

TEST_CASE("only --verify sees a changed byte in a file of the same size") {
  Bench bench;
  bench.run();
  std::fstream(bench.file("row-0.wav"), std::ios::in | std::ios::out) << "X";
  CHECK(bench.run().num_done == 0);
  bench.options.checks_hashes = true;
  CHECK(bench.run().num_done == 1);
  CHECK(content(bench.file("row-0.wav")) == fake_audio("row-0"));
}

TEST_CASE("a done row that is another request now is refused, or made again with --overwrite") {
  Bench bench;
  bench.run();
  bench.maker.salt = "another tempo";
  const auto error = thrown([&] { bench.run(); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK(error->sentence().find("row in the manifest") != std::string::npos);
  bench.options.overwrites = true;
  CHECK(bench.run().num_done == 4);
}

TEST_CASE("--fresh makes everything again, --rerun-failed only what failed") {
  Bench bench;
  bench.fail_row("row-1", ErrorKind::internal);
  bench.options.max_failures = 1;
  bench.run();
  bench.generator.fails = {};
  bench.options.max_failures = 0;
  bench.options.reruns_failed_only = true;
  CHECK(bench.run().num_done == 1);
  CHECK_FALSE(bench.is_there("row-2.wav"));
  bench.options.reruns_failed_only = false;
  bench.options.is_fresh = true;
  CHECK(bench.run().num_done == 4);
}

TEST_CASE("the second process in a folder is told who is there") {
  Bench bench;
  std::filesystem::create_directory(bench.options.out_dir);
  const BatchLock lock(bench.options.out_dir, {}, "pid 7 on host");
  const auto error = thrown([&] { bench.run(); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::temporary);
  CHECK(error->sentence().find("pid 7 on host") != std::string::npos);
}

TEST_CASE("shards share a folder, the same shard does not, and done is done whatever n is") {
  Bench bench;
  std::filesystem::create_directory(bench.options.out_dir);
  {
    const BatchLock other(bench.options.out_dir, {.index = 1, .count = 2}, "the other shard");
    bench.options.shard = {.index = 0, .count = 2};
    CHECK(bench.run().num_done == 4);
    bench.options.shard = {.index = 1, .count = 2};
    CHECK(thrown([&] { bench.run(); })->kind() == ErrorKind::temporary);
  }
  bench.options.shard = {};
  CHECK(bench.run().num_done_before == 4);
}

TEST_CASE("no track is started once the run has cost its limit, and it can be run again") {
  Bench bench;
  bench.options.cost_per_hour = 3600;  // one a second
  bench.options.max_cost = 60;
  bench.options.began -= std::chrono::seconds(59);
  CHECK(bench.run().num_done == 4);
  bench.options.is_fresh = true;
  bench.options.began -= std::chrono::seconds(1);
  const auto summary = bench.run();
  CHECK(summary.num_left() == 4);
  CHECK(summary.stopped_by == "--max-cost");
}

// A batch of fake tracks as a program of its own, to be killed: fake_batch DIR ROWS [STEP_US].
#include "tests/support/fake_batch.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace {

cadenza::StopFlag stop, drain;

}  // namespace

int main(int argc, char** argv) {
  using namespace cadenza;
  if (argc < 3) return 2;
  for (const int number : {SIGINT, SIGTERM}) std::signal(number, [](int n) { stop.request(n); });
  std::signal(SIGUSR1, [](int n) { drain.request(n); });
  const BatchPlan plan = fake_plan(std::atoi(argv[2]));
  const FakeMaker maker;
  BatchObserver observer;
  FakeGenerator generator;
  generator.step_time = std::chrono::microseconds(argc > 3 ? std::atoi(argv[3]) : 0);
  NoProgress progress;
  try {
    BatchOptions options;
    options.out_dir = argv[1];
    options.open = fake_open();
    options.owner = "a fake batch";
    Batch batch(plan, maker, options, observer);
    batch.check();
    batch.open();
    const BatchSummary summary = batch.run(generator, progress, stop, drain);
    return summary.num_left() > 0 ? 75 : summary.num_failed > 0 ? 3 : 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return exit_code(error.kind());
  }
}

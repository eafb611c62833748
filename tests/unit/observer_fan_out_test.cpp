#include "lib/batch/observer_fan_out.h"

#include <doctest/doctest.h>

using namespace cadenza;

namespace {

// Writes down what it hears.
struct Listener final : BatchObserver {
  Listener(std::string who, std::vector<std::string>& list) : name(std::move(who)), heard(list) {}
  void started(const BatchJob& job, int) override { heard.push_back(name + " started " + job.id); }
  void completed(const BatchJob& job, const std::vector<JournalFile>&, double) override {
    heard.push_back(name + " completed " + job.id);
  }
  void retried(const BatchJob& job, const Error&, double) override {
    heard.push_back(name + " retried " + job.id);
  }
  void failed(const BatchJob& job, const Error&, double) override {
    heard.push_back(name + " failed " + job.id);
  }
  void noted(const std::string& line) override { heard.push_back(name + " noted " + line); }

  std::string name;
  std::vector<std::string>& heard;
};

}  // namespace

TEST_CASE("every observer hears everything, in the order they were added") {
  std::vector<std::string> heard;
  Listener first("1", heard), second("2", heard);
  ObserverFanOut fan;
  fan.add(first);
  fan.add(second);
  const BatchJob job{.id = "a"};
  const Error error(ErrorKind::io, "no");
  fan.started(job, 1);
  fan.retried(job, error, 1);
  fan.completed(job, {}, 1);
  fan.failed(job, error, 1);
  fan.noted("x");
  CHECK(heard == std::vector<std::string>{"1 started a", "2 started a", "1 retried a",
                                          "2 retried a", "1 completed a", "2 completed a",
                                          "1 failed a", "2 failed a", "1 noted x", "2 noted x"});
}

#include "lib/batch/courier.h"

#include <doctest/doctest.h>

#include <csignal>

using namespace cadenza;

namespace {

void wait_for(const std::atomic<bool>& hurry) {
  while (!hurry) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace

TEST_CASE("every parcel is delivered once, in order") {
  std::string got;
  StopFlag stop;
  Courier courier("hook", [&](const std::string& body, const std::atomic<bool>&) {
    got += body;
    return Delivery{};
  });
  for (const char* body : {"a", "b", "c"}) courier.send(body, body);
  courier.finish(stop);
  CHECK(got == "abc");
  CHECK(courier.take_problems().empty());
}

TEST_CASE("a problem is told once, with whose it is") {
  StopFlag stop;
  Courier courier("on-complete", [](const std::string&, const std::atomic<bool>&) {
    return Delivery{"exit status 3"};
  });
  courier.send("intro", "{}");
  courier.finish(stop);
  CHECK(courier.take_problems() == std::vector<std::string>{"intro: on-complete: exit status 3"});
  CHECK(courier.take_problems().empty());
}

TEST_CASE("who hangs three times in a row is not asked again") {
  int num_asked = 0;
  StopFlag stop;
  Courier courier("hook", [&](const std::string& body, const std::atomic<bool>&) {
    ++num_asked;
    return Delivery{body == "fine" ? "" : "no end", body != "fine"};
  });
  for (const char* body : {"x", "x", "fine", "x", "x", "x", "x", "fine"}) courier.send(body, body);
  courier.finish(stop);
  CHECK(num_asked == 6);
  CHECK(courier.take_problems().back() == "fine: hook: not tried: it hung too often");
}

TEST_CASE("a stopped run ends a delivery that takes too long and tells what was dropped") {
  StopFlag stop;
  Courier courier("hook", [&](const std::string&, const std::atomic<bool>& hurry) {
    wait_for(hurry);
    return Delivery{"ended with the run", true};
  });
  courier.send("a", "");
  courier.send("b", "");
  stop.request(SIGINT);
  const auto start = std::chrono::steady_clock::now();
  courier.finish(stop);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(4900));
  auto problems = courier.take_problems();
  std::sort(problems.begin(), problems.end());
  CHECK(problems == std::vector<std::string>{"a: hook: ended with the run",
                                             "b: hook: not delivered: the run was stopped"});
}

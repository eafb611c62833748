// A user's command: what it gets, how it ends, that it cannot hold us up.
#include "lib/io/shell.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "tests/support/temp_folder.h"

using namespace cadenza;

namespace {

std::string content(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

struct Bench {
  Bench() { std::signal(SIGPIPE, SIG_IGN); }

  ShellEnd run(const std::string& command, const std::string& input = "", double timeout_s = 20) {
    return run_shell("cd '" + folder.path().string() + "' && " + command, input, timeout_s, hurry);
  }
  std::string file(const char* name) const { return content(folder.path() / name); }

  TempFolder folder;
  std::atomic<bool> hurry = false;
};

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE("a command reads its input to the end, be it longer than a pipe holds") {
  Bench bench;
  const std::string input(300000, 'x');
  CHECK(bench.run("cat > got", input).problem.empty());
  CHECK(bench.file("got") == input);
}

TEST_CASE("a command need not read its input") {
  Bench bench;
  CHECK(bench.run("exec <&-; true", std::string(300000, 'x')).problem.empty());
}

TEST_CASE("how a command ended is told") {
  Bench bench;
  CHECK(bench.run("exit 3").problem == "exit status 3");
  CHECK(bench.run("kill -9 $$").problem == "killed by signal 9");
  CHECK(bench.run("no-such-command-here 2>/dev/null").problem == "exit status 127");
}

TEST_CASE("a command that hangs is ended, and what it started with it") {
  Bench bench;
  ShellEnd end;
  CHECK(seconds([&] { end = bench.run("trap '' TERM; sleep 60 & echo $! >pid; wait", "", 0.3); }) <
        10);
  CHECK(end.is_hung);
  CHECK(end.problem == "no end after 0.3 s");
  const int pid = std::stoi(bench.file("pid"));
  bool is_gone = false;  // or a zombie that nobody has waited for yet
  for (int i = 0; i < 200 && !is_gone; ++i) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string id, name, state;
    is_gone = !(stat >> id >> name >> state) || state == "Z";
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(is_gone);
}

TEST_CASE("a hurry ends a command at once") {
  Bench bench;
  bench.hurry = true;
  CHECK(seconds([&] { CHECK(bench.run("sleep 60").is_hung); }) < 10);
}

TEST_CASE("a command gets no descriptor of ours, not even one that forgot to close itself") {
  Bench bench;
  const int leaky = ::open("/dev/null", O_RDONLY);
  bench.run("ls -l /proc/self/fd > fds");
  ::close(leaky);
  CHECK(bench.file("fds").find("/dev/null") == std::string::npos);
}

TEST_CASE("a command is killed by SIGPIPE as any other, though we ignore it") {
  Bench bench;
  bench.run("grep SigIgn /proc/self/status > mask");
  CHECK(bench.file("mask").find("1000\n") == std::string::npos);
}

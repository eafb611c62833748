#include "lib/io/shell.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "lib/io/descriptor.h"

extern "C" char** environ;

namespace cadenza {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kNap = std::chrono::milliseconds(5);
constexpr auto kGrace = std::chrono::milliseconds(500);  // between SIGTERM and SIGKILL

// What posix_spawn is to do between fork and exec.
class SpawnPlan {
 public:
  explicit SpawnPlan(int input) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, STDERR_FILENO, STDOUT_FILENO);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    // Ours are all close-on-exec; those of libraries may not be.
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
#endif
    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigaddset(&signals, SIGPIPE);  // what we ignore the command must not
    sigaddset(&signals, SIGXFSZ);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnPlan() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  // Returns errno, 0 when it runs.
  int spawn(const std::string& command, pid_t& child) const {
    char shell[] = "/bin/sh", option[] = "-c";
    char* const words[] = {shell, option, const_cast<char*>(command.c_str()), nullptr};
    return ::posix_spawn(&child, shell, &actions_, &attributes_, words, environ);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// Writes what fits; closes the pipe when all is written or nobody reads.
void feed(Descriptor& pipe, std::string_view& input) {
  while (pipe.is_open() && !input.empty()) {
    const ssize_t written = ::write(pipe.get(), input.data(), input.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) return;
    if (written < 0) input = {};
    if (written > 0) input.remove_prefix(static_cast<std::size_t>(written));
  }
  pipe.close();
}

std::string problem_of(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return "";
  if (WIFEXITED(status)) return fmt::format("exit status {}", WEXITSTATUS(status));
  return fmt::format("killed by signal {}", WTERMSIG(status));
}

bool has_ended(pid_t child, int& status) { return ::waitpid(child, &status, WNOHANG) == child; }

void end_group(pid_t child) {
  int status = 0;
  ::kill(-child, SIGTERM);
  const auto end = Clock::now() + kGrace;
  bool is_gone = has_ended(child, status);
  for (; !is_gone && Clock::now() < end; is_gone = has_ended(child, status))
    std::this_thread::sleep_for(kNap);
  ::kill(-child, SIGKILL);  // also what the shell left behind
  if (!is_gone) ::waitpid(child, &status, 0);
}

}  // namespace

ShellEnd run_shell(const std::string& command, std::string_view input, double timeout_s,
                   const std::atomic<bool>& hurry) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {fmt::format("no pipe: {}", std::strerror(errno))};
  Descriptor reader(ends[0]), writer(ends[1]);
  ::fcntl(writer.get(), F_SETFL, O_NONBLOCK);
  pid_t child = 0;
  if (const int error = SpawnPlan(reader.get()).spawn(command, child); error != 0)
    return {fmt::format("cannot start /bin/sh: {}", std::strerror(error))};
  reader.close();
  const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                           std::chrono::duration<double>(timeout_s));
  int status = 0;
  while (true) {
    feed(writer, input);
    if (has_ended(child, status)) return {problem_of(status)};
    if (hurry || Clock::now() >= deadline) break;
    std::this_thread::sleep_for(kNap);
  }
  end_group(child);
  return {hurry ? "ended with the run" : fmt::format("no end after {:g} s", timeout_s), true};
}

}  // namespace cadenza

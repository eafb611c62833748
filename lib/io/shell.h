// A command of the user's, run by /bin/sh with something to read.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

namespace cadenza {

struct ShellEnd {
  std::string problem;   // "exit status 3", "killed by signal 9"; empty: it ended well
  bool is_hung = false;  // it had to be ended
};

// Runs the command with `input` on its standard input, which it need not read; what it prints goes
// to our standard error. It gets none of our other descriptors and is a process group of its own:
// a Ctrl-C is not meant for it. After timeout_s, or when `hurry` becomes true, it and what it
// started are ended. SIGPIPE must be ignored or blocked in the calling thread.
ShellEnd run_shell(const std::string& command, std::string_view input, double timeout_s,
                   const std::atomic<bool>& hurry);

}  // namespace cadenza

// The one exception type: a kind that fixes the exit code, a sentence, and a hint when one is known.
//
// Thrown where the fact is known; caught in cli/main.cpp and once per job of a batch, nowhere else.
// No fmt here: this header is included by files that include libtorch, whose wheel carries its own.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace cadenza {

// The classes of docs/CLI.md "Exit codes"; schedulers act on the numbers.
enum class ErrorKind {
  internal,      // 1   a bug in Cadenza
  usage,         // 2   command line, manifest, config file, audio input or sidecar
  partial,       // 3   some jobs of a batch failed
  not_found,     // 4   a model or another named file is not there
  bad_model,     // 5   a model file is refused: hash, shape, name, contents
  io,            // 6   local storage: full disk, permission
  device,        // 7   the device cannot be used
  remote,        // 8   the remote refused; local results are kept
  check_failed,  // 9   quality gate, verify
  temporary,     // 75  run me again
  interrupted,   // 130 SIGINT
  terminated,    // 143 SIGTERM, SIGHUP
};

int exit_code(ErrorKind kind);

// The word used in JSON records: "usage", "bad_model", ...
std::string_view error_kind_name(ErrorKind kind);

class Error : public std::exception {
 public:
  // sentence: what we were doing to what; expected and found. No full stop, no newline. Foreign text
  //           inside it goes through quoted() of lib/text/quote.h.
  // hint:     begins with a verb; empty when nothing useful is known.
  Error(ErrorKind kind, std::string sentence, std::string hint = {});

  const char* what() const noexcept override { return sentence_.c_str(); }
  ErrorKind kind() const { return kind_; }
  const std::string& sentence() const { return sentence_; }
  const std::string& hint() const { return hint_; }

  // Further lines of the same fault, one per missing tensor, say; printed indented below the error.
  const std::vector<std::string>& details() const { return details_; }
  Error& with_details(std::vector<std::string> details);

 private:
  ErrorKind kind_;
  std::string sentence_, hint_;
  std::vector<std::string> details_;
};

[[noreturn]] void fail(ErrorKind kind, std::string sentence, std::string hint = {});

}  // namespace cadenza

// What people and programs see: results on standard output, everything else on standard error.
#pragma once

#include <string>
#include <string_view>

#include "cli/settings.h"
#include "lib/error.h"

namespace cadenza {

enum class LogFormat { text, json };
enum class Verbosity { quiet, normal, verbose };

struct ConsoleOptions {
  Verbosity verbosity = Verbosity::normal;
  LogFormat log_format = LogFormat::text;
  bool uses_color = false;   // standard error
  bool is_terminal = false;  // standard error, and one that can move its cursor
};

// Reads --quiet, --verbose, --log-format, --color and the habits NO_COLOR, CLICOLOR_FORCE, TERM,
// CI. Throws Error(usage).
ConsoleOptions make_console_options(const Settings& settings, const Environment& environment);

// The format for errors found before the settings are known: a look at the words alone.
LogFormat early_log_format(const std::vector<std::string>& arguments,
                           const Environment& environment);

// Gives every standard stream that the caller closed a descriptor that cannot be written to: the
// next file opened would otherwise become standard output, and our own lines would end up in it.
void claim_standard_streams();

class Console {
 public:
  // The descriptors are the process's own; tests give others.
  explicit Console(ConsoleOptions options, int output = 1, int errors = 2)
      : options_(options), output_(output), errors_(errors) {}
  const ConsoleOptions& options() const { return options_; }
  void set_options(const ConsoleOptions& options) { options_ = options; }

  // Bytes to standard output as they are. When it is closed or full, work goes on; expect_delivered
  // says so at the end.
  void print(std::string_view bytes);
  // Throws Error(io) when something printed was lost.
  void expect_delivered() const;

  // One line each on standard error. Foreign text in them must have been escaped. note: unless
  // quiet; detail: when verbose.
  void note(const std::string& line);
  void detail(const std::string& line);
  void warn(const std::string& line);
  void report(const Error& error);

  // As it is, to standard error: the progress bar, which moves the cursor.
  void draw(std::string_view text);

 private:
  void say(const char* level, const std::string& line);

  ConsoleOptions options_;
  int output_, errors_;
  int output_errno_ = 0;
};

// "error: <sentence>; <hint>" of at most 300 characters, then up to 20 details, each on a line of
// its own behind two blanks. With json: one object on one line.
std::string error_text(const Error& error, LogFormat format, bool uses_color);

}  // namespace cadenza

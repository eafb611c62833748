#include "cli/console.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "cli/values.h"
#include "lib/json/strict_json.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr std::size_t kMaxLineChars = 300;
constexpr std::size_t kMaxDetails = 20;

// Returns 0 or the errno of the write that failed.
int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return errno == 0 ? EIO : errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

bool is_color_wanted(const std::string& when, const Environment& environment, bool is_terminal) {
  if (when != "auto") return when == "always";
  if (environment.get("NO_COLOR")) return false;
  if (environment.get("CLICOLOR_FORCE").value_or("0") != "0") return true;
  return is_terminal;
}

Json error_object(const Error& error) {
  Json object = {{"level", "error"},
                 {"kind", std::string(error_kind_name(error.kind()))},
                 {"exit_code", exit_code(error.kind())},
                 {"message", error.sentence()}};
  if (!error.hint().empty()) object["hint"] = error.hint();
  if (!error.details().empty()) object["details"] = error.details();
  return object;
}

std::string json_line(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// The hint stays whole: what to do matters more than the end of what was found.
std::string error_line(const Error& error) {
  const std::string prefix = "error: ";
  const std::string hint = error.hint().empty() ? "" : "; " + error.hint();
  const std::size_t room = kMaxLineChars - prefix.size() - 2;  // each half may end in "…"
  const std::size_t kept = hint.size() < room / 2 ? hint.size() : room / 2;
  return prefix + shortened(error.sentence(), room - kept) + shortened(hint, room / 2);
}

}  // namespace

ConsoleOptions make_console_options(const Settings& settings, const Environment& environment) {
  ConsoleOptions options;
  if (settings.is_on("verbose")) options.verbosity = Verbosity::verbose;
  if (settings.is_on("quiet")) options.verbosity = Verbosity::quiet;
  settings.read("log_format", [&](const std::string& text) {
    const bool is_json = expect_choice("log-format", text, {"text", "json"}) == "json";
    options.log_format = is_json ? LogFormat::json : LogFormat::text;
  });
  std::string when = "auto";
  settings.read("color", [&](const std::string& text) {
    when = expect_choice("color", text, {"auto", "always", "never"});
  });
  const bool is_dumb = environment.get("TERM").value_or("dumb") == "dumb";
  options.is_terminal = ::isatty(STDERR_FILENO) == 1 && !is_dumb && !environment.get("CI");
  options.uses_color = is_color_wanted(when, environment, options.is_terminal);
  return options;
}

LogFormat early_log_format(const std::vector<std::string>& arguments,
                           const Environment& environment) {
  const auto word = std::find(arguments.begin(), arguments.end(), "--log-format");
  const bool is_flag = word != arguments.end() && word + 1 != arguments.end() && word[1] == "json";
  const bool is_joined =
      std::find(arguments.begin(), arguments.end(), "--log-format=json") != arguments.end();
  const bool is_environment = environment.get("CADENZA_LOG_FORMAT") == "json";
  return is_flag || is_joined || is_environment ? LogFormat::json : LogFormat::text;
}

void claim_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1) continue;
    ::open("/dev/null", O_RDONLY);  // takes the lowest free number, which is this stream's
  }
}

void Console::print(std::string_view bytes) {
  if (output_errno_ == 0) output_errno_ = write_all(output_, bytes);
}

void Console::expect_delivered() const {
  if (output_errno_ != 0)
    fail(ErrorKind::io,
         fmt::format("standard output: results were lost: {}", std::strerror(output_errno_)));
}

void Console::draw(std::string_view text) { write_all(errors_, text); }

void Console::say(const char* level, const std::string& line) {
  if (options_.log_format == LogFormat::json)
    return draw(json_line({{"level", level}, {"message", line}}));
  const bool is_note = std::string_view(level) == "info";
  draw((is_note ? "" : std::string(level) + ": ") + escaped(line) + "\n");
}

void Console::note(const std::string& line) {
  if (options_.verbosity != Verbosity::quiet) say("info", line);
}

void Console::detail(const std::string& line) {
  if (options_.verbosity == Verbosity::verbose) say("info", line);
}

void Console::warn(const std::string& line) {
  if (options_.verbosity != Verbosity::quiet) say("warning", line);
}

void Console::report(const Error& error) {
  draw(error_text(error, options_.log_format, options_.uses_color));
}

std::string error_text(const Error& error, LogFormat format, bool uses_color) {
  if (format == LogFormat::json) return json_line(error_object(error));
  std::string text = error_line(error) + "\n";
  if (uses_color) text = "\x1b[31merror:\x1b[0m" + text.substr(6);
  const auto& details = error.details();
  for (std::size_t i = 0; i < std::min(details.size(), kMaxDetails); ++i)
    text += "  " + shortened(details[i], kMaxLineChars - 3) + "\n";
  if (details.size() > kMaxDetails)
    text += fmt::format("  and {} more\n", details.size() - kMaxDetails);
  return text;
}

}  // namespace cadenza

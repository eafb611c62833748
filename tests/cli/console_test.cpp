// Errors on one bounded line, in text and in JSON; habits of colour.
#include "cli/console.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cli/command_flags.h"
#include "lib/text/utf8.h"
#include "tests/support/thrown.h"

using namespace cadenza;

using Variables = std::map<std::string, std::string>;

namespace {

ConsoleOptions options_of(const FlagValues& flags, std::map<std::string, std::string> variables) {
  const Environment environment(std::move(variables));
  return make_console_options(resolve_settings(generate_flags(), flags, environment, {}),
                              environment);
}

}  // namespace

TEST_CASE("an error is one line: sentence and hint") {
  CHECK(error_text(Error(ErrorKind::usage, "tempo: wrong", "write 120"), LogFormat::text, false) ==
        "error: tempo: wrong; write 120\n");
  CHECK(error_text(Error(ErrorKind::io, "disk full"), LogFormat::text, false) ==
        "error: disk full\n");
}

TEST_CASE("a line has at most 300 characters and keeps its hint") {
  const Error error(ErrorKind::usage, std::string(1000, 'x'), "do this");
  const std::string text = error_text(error, LogFormat::text, false);
  CHECK(count_code_points(text) <= 301);
  CHECK(text.ends_with("; do this\n"));
  const Error talkative(ErrorKind::usage, std::string(1000, 'x'), std::string(1000, 'y'));
  CHECK(count_code_points(error_text(talkative, LogFormat::text, false)) <= 301);
}

TEST_CASE("control characters never reach the terminal") {
  const std::string text =
      error_text(Error(ErrorKind::usage, "a\x1b[31m\nb"), LogFormat::text, false);
  CHECK(text == "error: a\\u{1b}[31m\\u{a}b\n");
}

TEST_CASE("twenty details are shown, indented, and the rest counted") {
  Error error(ErrorKind::bad_model, "25 tensors are missing");
  error.with_details(std::vector<std::string>(25, "a.weight"));
  const std::string text = error_text(error, LogFormat::text, false);
  CHECK(std::count(text.begin(), text.end(), '\n') == 22);
  CHECK(text.find("\n  a.weight\n") != std::string::npos);
  CHECK(text.ends_with("\n  and 5 more\n"));
}

TEST_CASE("as JSON an error has its parts as members") {
  Error error(ErrorKind::bad_model, "tempo: wrong", "write 120");
  error.with_details({"one"});
  const auto record = nlohmann::json::parse(error_text(error, LogFormat::json, true));
  CHECK(record["level"] == "error");
  CHECK(record["kind"] == "bad_model");
  CHECK(record["exit_code"] == 5);
  CHECK(record["message"] == "tempo: wrong");
  CHECK(record["hint"] == "write 120");
  CHECK(record["details"] == nlohmann::json{"one"});
}

TEST_CASE("colour follows the flag, then NO_COLOR, then CLICOLOR_FORCE") {
  CHECK_FALSE(options_of({}, {}).uses_color);  // tests have no terminal
  CHECK(options_of({}, {{"CLICOLOR_FORCE", "1"}}).uses_color);
  CHECK_FALSE(options_of({}, {{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}).uses_color);
  CHECK(options_of({{"color", {"always"}}}, {{"NO_COLOR", "1"}}).uses_color);
  CHECK_FALSE(options_of({{"color", {"never"}}}, {{"CLICOLOR_FORCE", "1"}}).uses_color);
}

TEST_CASE("the log format is known before the settings are") {
  const Environment none({});
  CHECK(early_log_format({"generate", "--log-format", "json"}, none) == LogFormat::json);
  CHECK(early_log_format({"--log-format=json"}, none) == LogFormat::json);
  CHECK(early_log_format({}, Environment(Variables{{"CADENZA_LOG_FORMAT", "json"}})) ==
        LogFormat::json);
  CHECK(early_log_format({"generate", "--log-format"}, none) == LogFormat::text);
}

TEST_CASE("lost results are an error at the end, not before") {
  const int full = ::open("/dev/full", O_WRONLY);
  REQUIRE(full >= 0);
  Console console({}, full, full);
  console.print("a.wav\n");
  console.print("b.wav\n");
  const auto error = thrown([&] { console.expect_delivered(); });
  ::close(full);
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::io);
}

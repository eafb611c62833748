// The config file: flat TOML, every fault with its line.
#include "cli/config_file.h"

#include <doctest/doctest.h>

#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

const std::vector<std::string> kKnown{"tempo", "genre", "instruments", "seed", "greedy", "top_p"};

ConfigFile parse(const std::string& text) { return parse_config(text, "c.toml", kKnown); }

std::string refusal(const std::string& text) {
  const auto error = thrown([&] { parse(text); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  return error->sentence() + (error->hint().empty() ? "" : "; " + error->hint());
}

}  // namespace

TEST_CASE("text, numbers, truths and lists keep their text and their line") {
  const auto entries = parse(
                           "# mine\ntempo = 84\ngenre = \"lofi\"\ntop_p = 0.25\ngreedy = true\n"
                           "instruments = [\"piano\", \"bass\"]\n")
                           .entries;
  CHECK(entries.at("tempo").values == std::vector<std::string>{"84"});
  CHECK(entries.at("tempo").line == 2);
  CHECK(entries.at("genre").values == std::vector<std::string>{"lofi"});
  CHECK(entries.at("top_p").values == std::vector<std::string>{"0.25"});
  CHECK(entries.at("greedy").values == std::vector<std::string>{"true"});
  CHECK(entries.at("instruments").values == std::vector<std::string>{"piano", "bass"});
  CHECK(entries.at("instruments").line == 6);
}

TEST_CASE("an unknown setting is named with the nearest right one, its value is not shown") {
  CHECK(refusal("seed = 1\ntempoo = 120\n") ==
        "c.toml:2: tempoo: unknown setting; did you mean tempo?");
  CHECK(refusal("password = \"hunter2\"\n").find("hunter2") == std::string::npos);
}

TEST_CASE("a setting that stands twice is refused where it stands again") {
  CHECK(refusal("seed = 1\nseed = 2\n").starts_with("c.toml:2: seed: not TOML: "));
}

TEST_CASE("what is no TOML is refused with its line, and its values are not shown") {
  CHECK(refusal("seed = 1\ntempo 120\n").starts_with("c.toml:2: tempo: not TOML: "));
  CHECK(refusal("[evil\n").starts_with("c.toml:1: "));
  CHECK(refusal("genre = \"hunter2\n").find("hunter2") == std::string::npos);
}

TEST_CASE("tables, dates and nested lists are refused") {
  CHECK(refusal("[tempo]\nx = 1\n").find("expected text, a number") != std::string::npos);
  CHECK(refusal("tempo = 1979-05-27\n").find("expected text, a number") != std::string::npos);
  CHECK(refusal("instruments = [[\"a\"]]\n").find("expected text, a number") != std::string::npos);
}

TEST_CASE("a file that is not there is not found, one that is no file is bad usage") {
  const auto gone = thrown([] { read_config_file("/nowhere/c.toml", kKnown); });
  REQUIRE(gone);
  CHECK(gone->kind() == ErrorKind::not_found);
  const auto device = thrown([] { read_config_file("/dev/zero", kKnown); });
  REQUIRE(device);
  CHECK(device->kind() == ErrorKind::usage);
}

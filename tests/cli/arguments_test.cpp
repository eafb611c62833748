// The first reading of the command line: what is refused, in which words, and what goes through.
#include "cli/arguments.h"

#include <doctest/doctest.h>

#include <CLI/CLI.hpp>

#include "cli/command_flags.h"
#include "cli/flags.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

using Words = std::vector<std::string>;

std::unique_ptr<CLI::App> app() {
  auto root = std::make_unique<CLI::App>("", "cadenza");
  add_flags(*root->add_subcommand("generate"), generate_flags());
  CLI::App* models = root->add_subcommand("models");
  add_flags(*models->add_subcommand("list"), models_list_flags());
  return root;
}

Words canonical(const Words& words) { return canonical_arguments(*app(), words); }

std::string refusal(const Words& words) {
  const auto error = thrown([&] { canonical(words); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  return error->sentence() + (error->hint().empty() ? "" : "; " + error->hint());
}

}  // namespace

TEST_CASE("every spelling of a value reads the same") {
  const Words wanted{"generate", "--duration", "10"};
  CHECK(canonical({"generate", "--duration", "10"}) == wanted);
  CHECK(canonical({"generate", "--duration=10"}) == wanted);
  CHECK(canonical({"generate", "-d", "10"}) == wanted);
  CHECK(canonical({"generate", "-d10"}) == wanted);
  CHECK(canonical({"generate", "--secs", "10"}) == wanted);
}

TEST_CASE("other programs' names of flags are understood") {
  CHECK(canonical({"generate", "--bpm=90"}) == Words{"generate", "--tempo", "90"});
  CHECK(canonical({"generate", "-g", "3"}) == Words{"generate", "--guidance", "3"});
  CHECK(canonical({"generate", "--cfg-coef", "3"}) == Words{"generate", "--guidance", "3"});
  CHECK(canonical({"generate", "--guidance-scale", "3"}) == Words{"generate", "--guidance", "3"});
  CHECK(canonical({"generate", "--dtype", "fp32"}) == Words{"generate", "--precision", "fp32"});
}

TEST_CASE("a bare word is the prompt, wherever it stands") {
  CHECK(canonical({"generate", "calm piano", "-q"}) ==
        Words{"generate", "--prompt", "calm piano", "--quiet=true"});
  CHECK(canonical({"generate", "-q", "-"}) == Words{"generate", "--quiet=true", "--prompt", "-"});
  CHECK(canonical({"generate", "--", "-5 dB hum"}) == Words{"generate", "--prompt", "-5 dB hum"});
}

TEST_CASE("short toggles may be joined") {
  CHECK(canonical({"generate", "-qvd3"}) ==
        Words{"generate", "--quiet=true", "--verbose=true", "--duration", "3"});
}

TEST_CASE("an empty value is a value, for its owner to refuse") {
  CHECK(canonical({"generate", "--tempo=", "-q"}) ==
        Words{"generate", "--tempo", "", "--quiet=true"});
  CHECK(canonical({"generate", "--tempo=120=3"}) == Words{"generate", "--tempo", "120=3"});
}

TEST_CASE("negative numbers and nonsense are values, flags are not") {
  CHECK(canonical({"generate", "--seed", "-1"}) == Words{"generate", "--seed", "-1"});
  CHECK(canonical({"generate", "--seed", "-inf"}) == Words{"generate", "--seed", "-inf"});
  CHECK(canonical({"generate", "--seed", "--5"}) == Words{"generate", "--seed", "--5"});
  CHECK(
      refusal({"generate", "--tempo", "--seed", "1"}) ==
      "--tempo: the value is missing, found \"--seed\"; write --tempo=VALUE when the value begins "
      "with dashes");
  CHECK(refusal({"generate", "--tempo", "-q"}).starts_with("--tempo: the value is missing"));
  CHECK(refusal({"generate", "--tempo", "--"}).starts_with("--tempo: the value is missing"));
  CHECK(refusal({"generate", "-d"}) == "-d (--duration): the value is missing");
}

TEST_CASE("an unknown flag is named with the nearest right one, its value is not shown") {
  CHECK(refusal({"generate", "--tempoo", "1"}) == "--tempoo: unknown flag; did you mean --tempo?");
  CHECK(refusal({"generate", "-tempo", "1"}) == "-tempo: unknown flag; did you mean --tempo?");
  CHECK(refusal({"generate", "--top_k=3"}) == "--top_k: unknown flag; did you mean --top-k?");
  CHECK(refusal({"generate", "--no-tempo"}).starts_with("--no-tempo: unknown flag"));
  CHECK(refusal({"generate", "--upload=s3://key:secret@x"}).find("secret") == std::string::npos);
  CHECK(refusal({"generate", "--\x1b[31mred"}).find('\x1b') == std::string::npos);
}

TEST_CASE("flags of later features are unknown, not ignored") {
  for (const char* flag : {"--continue-from", "--continue-seconds", "--melody", "--sections",
                           "--negative-prompt", "--bars", "--beats-per-bar", "--loop", "--upload",
                           "--presign", "--expire-days", "--waveform"})
    CHECK(refusal({"generate", flag, "1"}).starts_with(std::string(flag) + ": unknown flag"));
}

TEST_CASE("a value given twice is a fault, also under two names; lists may be repeated") {
  CHECK(refusal({"generate", "--tempo", "90", "--bpm", "91"}) ==
        "--tempo: given twice, \"90\" and \"91\"; give it once");
  CHECK(refusal({"generate", "-d1", "-d1"}).starts_with("--duration: given twice"));
  CHECK(canonical({"generate", "--instruments", "piano", "--instruments", "bass"}) ==
        Words{"generate", "--instruments", "piano", "--instruments", "bass"});
}

TEST_CASE("a second bare word is refused by name") {
  CHECK(refusal({"generate", "calm piano", "and bass"}) ==
        "unexpected argument \"and bass\" after \"calm piano\"; put a prompt of several words in "
        "quotes");
  CHECK(refusal({"models", "list", "all"}).starts_with("unexpected argument \"all\""));
}

TEST_CASE("a toggle can be turned off, and takes no other word") {
  CHECK(canonical({"generate", "--greedy=false"}) == Words{"generate", "--greedy=false"});
  CHECK(refusal({"generate", "--greedy=no"}) ==
        "--greedy: takes true or false after '=', found \"no\"");
}

TEST_CASE("an unknown command is named with the nearest, or with all") {
  CHECK(refusal({"generat"}) ==
        "\"generat\" is no command (generate, models); did you mean generate?");
  CHECK(refusal({"Generate"}).find("did you mean generate?") != std::string::npos);
  CHECK(refusal({"play"}) == "\"play\" is no command (generate, models); see cadenza --help");
  CHECK(refusal({"models", "lost"}).find("did you mean list?") != std::string::npos);
  CHECK(refusal({"--tempo", "120"}) ==
        "--tempo: unknown flag; a command comes first: cadenza generate --tempo");
}

TEST_CASE("who asks for help gets it, whatever follows") {
  CHECK(canonical({"generate", "--help", "--tempoo"}) == Words{"generate", "--help"});
}

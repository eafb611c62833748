// The acting part with a fake generator: files, and what is said about them.
#include "cli/make_tracks.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>

#include "cli/command_flags.h"
#include "cli/commands.h"
#include "cli/flags.h"
#include "tests/support/fake_generator.h"
#include "tests/support/temp_folder.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

GenerateJob job_of(FlagValues flags) {
  flags.emplace("duration", std::vector<std::string>{"0.5"});
  return make_generate_job(resolve_settings(generate_flags(), flags, Environment({}), {}));
}

// Runs a plan and keeps what it printed.
struct Run {
  std::string output, errors;

  explicit Run(const GeneratePlan& plan, bool prints_json = false) {
    const int out = ::memfd_create("out", 0), err = ::memfd_create("err", 0);
    {
      Console console({}, out, err);
      TerminalProgress progress(console);
      make_tracks(plan, prints_json, generator, console, progress, stop);
    }
    output = taken(out);
    errors = taken(err);
  }

  static std::string taken(int file) {
    std::string text(static_cast<std::size_t>(::lseek(file, 0, SEEK_END)), '\0');
    CHECK(::pread(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    ::close(file);
    return text;
  }

  FakeGenerator generator;
  StopFlag stop;
};

}  // namespace

TEST_CASE("a track is announced by its path, and summed up for people") {
  const TempFolder folder;
  const GenerateJob job =
      job_of({{"prompt", {"calm piano"}}, {"output", {(folder.path() / "x.wav").string()}}});
  const Run run(make_plan(job, fake_model(), 42));
  CHECK(run.output == (folder.path() / "x.wav").string() + "\n");
  CHECK(run.errors.find("0.50 s, seed 42, ") != std::string::npos);
  CHECK(folder.names().size() == 2);
}

TEST_CASE("as JSON a track is announced by its record, on one line") {
  const TempFolder folder;
  const GenerateJob job =
      job_of({{"prompt", {"calm piano"}}, {"count", {"2"}}, {"out-dir", {folder.path().string()}}});
  const Run run(make_plan(job, fake_model(), 42), true);
  CHECK(std::count(run.output.begin(), run.output.end(), '\n') == 2);
  const auto record = nlohmann::json::parse(run.output.substr(0, run.output.find('\n')));
  CHECK(record["sampling"]["seed"] == 42);
  CHECK(folder.names().size() == 4);
}

TEST_CASE("on standard output there is audio and nothing else") {
  const GenerateJob job = job_of({{"prompt", {"calm piano"}}, {"output", {"-"}}});
  const Run run(make_plan(job, fake_model(), 42));
  CHECK(run.output.starts_with("RIFF"));
}

TEST_CASE("a stop between two tracks keeps the finished one and drops the other") {
  const TempFolder folder;
  const GenerateJob job = job_of({{"prompt", {"calm piano"}},
                                  {"count", {"2"}},
                                  {"output", {(folder.path() / "x.wav").string()}}});
  FakeGenerator generator;
  StopFlag stop;
  generator.on_step = [&](std::int64_t) {
    if (generator.requests.size() == 2) stop.request(SIGTERM);
  };
  const int nowhere = ::memfd_create("nowhere", 0);
  Console console({}, nowhere, nowhere);
  TerminalProgress progress(console);
  const auto error = thrown([&] {
    make_tracks(make_plan(job, fake_model(), 42), false, generator, console, progress, stop);
  });
  ::close(nowhere);
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::terminated);
  std::vector<std::string> names = folder.names();
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"x_1.json", "x_1.wav"});
}

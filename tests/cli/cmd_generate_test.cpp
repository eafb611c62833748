// From settings to a job, to a plan, to files, with a fake generator.
#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/make_tracks.h"
#include "tests/support/fake_generator.h"
#include "tests/support/temp_folder.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

GenerateJob job_of(FlagValues flags) {
  flags.emplace("duration", std::vector<std::string>{"0.5"});
  return make_generate_job(resolve_settings(generate_flags(), flags, Environment({}), {}));
}

std::string refusal(const FlagValues& flags) {
  const auto error = thrown([&] { job_of(flags); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  return error->sentence();
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

TEST_CASE("every field of a request is a flag of the same name") {
  const GenerateJob job = job_of({{"prompt", {"calm piano"}},
                                  {"genre", {"jazz"}},
                                  {"mood", {"calm"}},
                                  {"instruments", {"piano, bass"}},
                                  {"key", {"C minor"}},
                                  {"tempo", {"slow"}},
                                  {"seed", {"5"}},
                                  {"count", {"2"}},
                                  {"temperature", {"0.5"}},
                                  {"top-k", {"3"}},
                                  {"top-p", {"0.5"}},
                                  {"guidance", {"2"}},
                                  {"greedy", {"true"}},
                                  {"template", {"raw"}},
                                  {"id", {"a"}},
                                  {"owner", {"me"}},
                                  {"tags", {"x"}}});
  const GenerationRequest& request = job.request;
  CHECK(request.prompt == "calm piano");
  CHECK(request.genre == "jazz");
  CHECK(request.mood == "calm");
  CHECK(request.instruments == std::vector<std::string>{"piano", "bass"});
  CHECK(request.key == "C minor");
  CHECK(std::get<TempoWord>(*request.tempo) == TempoWord::slow);
  CHECK(request.duration_s == 0.5);
  CHECK(request.seed == 5);
  CHECK(request.count == 2);
  CHECK(request.temperature == 0.5);
  CHECK(request.top_k == 3);
  CHECK(request.top_p == 0.5);
  CHECK(request.guidance == 2);
  CHECK(request.greedy == true);
  CHECK(request.template_name == "raw");
  CHECK(request.id == "a");
  CHECK(request.owner == "me");
  CHECK(request.tags == std::vector<std::string>{"x"});
}

TEST_CASE("nothing said means the defaults of the struct") {
  const GenerationRequest standard;
  const GenerateJob job = make_generate_job(
      resolve_settings(generate_flags(), {{"prompt", {"calm piano"}}}, Environment({}), {}));
  CHECK(job.request.duration_s == standard.duration_s);
  CHECK(job.request.count == standard.count);
  CHECK_FALSE(job.request.seed);
  CHECK_FALSE(job.request.tempo);
  CHECK_FALSE(job.request.temperature);
}

TEST_CASE("there is exactly one prompt") {
  CHECK(refusal({}) == "prompt: none was given");
  CHECK(refusal({{"prompt", {"calm piano"}}, {"prompt-file", {"p.txt"}}})
            .starts_with("prompt: given twice"));
  CHECK(refusal({{"prompt", {"abcd"}}}).starts_with("prompt: "));
  CHECK(job_of({{"prompt", {"-"}}}).prompt_file == "-");
  CHECK(job_of({{"prompt-file", {"p.txt"}}}).prompt_file == "p.txt");
}

TEST_CASE("a longer prompt is allowed when asked for") {
  const std::string longer(501, 'p');
  CHECK(refusal({{"prompt", {longer}}}).starts_with("prompt: "));
  CHECK(job_of({{"prompt", {longer}}, {"max-prompt-chars", {"501"}}}).request.prompt == longer);
}

TEST_CASE("track i of a request has its own seed, id and name; the first has the request's seed") {
  const GenerateJob job = job_of({{"prompt", {"calm piano"}}, {"count", {"3"}}});
  const GeneratePlan plan = make_plan(job, fake_model(), 42);
  REQUIRE(plan.tracks.size() == 3);
  CHECK(plan.tracks[0].order.seed == 42);
  CHECK(plan.tracks[1].order.seed != plan.tracks[2].order.seed);
  CHECK(plan.tracks[1].order.id.ends_with("_2"));
  CHECK(plan.tracks[1].files.audio.string().ends_with("_2.wav"));
  CHECK_FALSE(plan.tracks[1].order.request.seed);  // as asked: no seed
}

TEST_CASE("equal work has equal names, another seed another name") {
  const GenerateJob job = job_of({{"prompt", {"calm piano"}}});
  const auto name = [&](std::uint64_t seed) {
    return make_plan(job, fake_model(), seed).tracks[0].files.audio;
  };
  CHECK(name(1) == name(1));
  CHECK(name(1) != name(2));
}

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

TEST_CASE("a plan that would overwrite is refused before anything is made") {
  const TempFolder folder;
  const GenerateJob job =
      job_of({{"prompt", {"calm piano"}}, {"output", {(folder.path() / "x.wav").string()}}});
  const GeneratePlan plan = make_plan(job, fake_model(), 42);
  const Run first(plan);
  const auto error = thrown([&] { expect_writable(plan); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
}

TEST_CASE("the dry run tells text, files, seeds and who set what") {
  const GenerateJob job = job_of({{"prompt", {"calm piano"}}, {"tempo", {"120"}}});
  const GeneratePlan plan = make_plan(job, fake_model(), 42);
  const auto report = nlohmann::json::parse(plan_json(job, plan, fake_model()));
  CHECK(report["conditioning_text"] == "calm piano. bpm: 120.0");
  CHECK(report["tracks"][0]["seed"] == 42);
  CHECK(report["tracks"][0]["files"].size() == 2);
  CHECK(report["tracks"][0]["effective"]["guidance"] == 2.0);
  CHECK(report["settings"]["tempo"]["origin"] == "--tempo");
  CHECK(report["settings"]["count"]["origin"] == "default");
  CHECK(plan_text(job, plan, fake_model()).find("calm piano. bpm: 120.0") != std::string::npos);
}

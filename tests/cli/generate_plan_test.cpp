// From a job to the names, seeds and ids of all its tracks, and what --dry-run says of them.
#include "cli/generate_plan.h"

#include <doctest/doctest.h>

#include <fstream>
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

}  // namespace

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

TEST_CASE("a plan that would overwrite is refused before anything is made") {
  const TempFolder folder;
  const GenerateJob job =
      job_of({{"prompt", {"calm piano"}}, {"output", {(folder.path() / "x.wav").string()}}});
  const GeneratePlan plan = make_plan(job, fake_model(), 42);
  std::ofstream(folder.path() / "x.json") << "someone else's";
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

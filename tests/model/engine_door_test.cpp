// The door to the engine from the torch-free side, as the executable uses it. This binary links no
// libtorch; what it sees of one arrived through load.h.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <string>

#include "lib/error.h"
#include "models/load.h"

namespace cadenza {
namespace {

bool has_libtorch_in_memory() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find("libtorch_cpu") != std::string::npos) return true;
  return false;
}

RuntimeOptions on_cpu() {
  RuntimeOptions options;
  options.device = "cpu";
  return options;
}

TrackRequest some_request(std::uint64_t seed) {
  TrackRequest request;
  request.conditioning_text = "calm piano";
  request.num_frames = 20;
  request.seed = seed;
  return request;
}

// The first test of the file runs first: it must see the process before the engine is opened.
TEST_CASE("opening a checkpoint loads no libtorch") {
  REQUIRE(!has_libtorch_in_memory());
  CHECK(describe(*open_checkpoint("starter", {})).name == "starter");
  CHECK(!has_libtorch_in_memory());
}

TEST_CASE("the engine reports its libtorch, its processor and why there is no CUDA") {
  const EngineReport report = engine_report();
  CHECK(report.is_available);
  CHECK(report.problem.empty());
  CHECK(report.torch_version.starts_with("2."));
  CHECK(std::ifstream(report.torch_path + "/libtorch_cpu.so").good());
  CHECK(!report.cpu_features.empty());
  CHECK(report.cuda_devices.empty() <= !report.cuda_problem.empty());
  CHECK(has_libtorch_in_memory());
}

TEST_CASE("an engine's error arrives as an Error of its kind") {
  NoProgress silence;
  RuntimeOptions options = on_cpu();
  options.precision = "fp16";
  try {
    load_generator(open_checkpoint("starter", {}), options, silence);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(error.sentence().find("fp16") != std::string::npos);
  }
}

TEST_CASE("the starter makes music: finite, as long as asked, the same for the same seed") {
  NoProgress silence;
  const auto generator = load_generator(open_checkpoint("starter", {}), on_cpu(), silence);
  const ModelInfo& model = generator->model();
  const Track track = generator->generate(some_request(1), silence, StopFlag());
  CHECK(track.audio.num_frames() == 20 * model.samples_per_frame);
  CHECK(track.audio.num_channels == model.num_channels);
  CHECK(std::all_of(track.audio.samples.begin(), track.audio.samples.end(),
                    [](float sample) { return std::isfinite(sample); }));
  CHECK(track.tokens.codes.size() == static_cast<std::size_t>(20 * model.num_codebooks));
  CHECK(track.text_tokens.back() == 1);  // </s>
  CHECK(track.stats.num_steps == 23);

  const Track again = generator->generate(some_request(1), silence, StopFlag());
  CHECK(again.tokens.codes == track.tokens.codes);
  CHECK(again.audio.samples == track.audio.samples);
  CHECK(generator->generate(some_request(2), silence, StopFlag()).tokens.codes !=
        track.tokens.codes);
}

TEST_CASE("runtime says where and how the engine computes") {
  NoProgress silence;
  RuntimeOptions options = on_cpu();
  options.precision = "fp32";
  options.threads = 1;
  const auto generator = load_generator(open_checkpoint("starter", {}), options, silence);
  CHECK(generator->runtime().device == "cpu");
  CHECK(!generator->runtime().device_name.empty());
  CHECK(generator->runtime().precision == "fp32");
  CHECK(generator->runtime().threads == 1);
  CHECK(generator->runtime().load_s > 0);
}

TEST_CASE("a piece longer than the window, or of no length, is refused") {
  NoProgress silence;
  const auto generator = load_generator(open_checkpoint("starter", {}), on_cpu(), silence);
  for (const std::int64_t frames : {std::int64_t{0}, generator->model().window_frames + 1}) {
    TrackRequest request = some_request(1);
    request.num_frames = frames;
    try {
      generator->generate(request, silence, StopFlag());
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
    }
  }
}

}  // namespace
}  // namespace cadenza

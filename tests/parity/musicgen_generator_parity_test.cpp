// The generator as a user meets it, greedy, against whole generations of transformers: words in,
// tokens and interleaved sound out.
#include <ATen/ops/empty.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "models/musicgen/musicgen_generator.h"
#include "tests/support/fixture_checkpoint.h"
#include "tests/support/golden_tensors.h"
#include "tests/support/tolerances.h"

namespace cadenza {
namespace {

using testing::Goldens;
using testing::tensor_of;

constexpr const char* kMedium = "80s pop track with bassy drums and synth";

std::unique_ptr<Generator> generator_of(const std::string& name) {
  NoProgress silence;
  const auto checkpoint = testing::fixture_checkpoint(name);
  LoadingWeights weights(checkpoint->weights(), false, silence);
  return std::make_unique<MusicgenGenerator>(checkpoint, weights,
                                             RuntimeInfo{"cpu", "", "fp32", 1, 0});
}

Track play(Generator& generator, const std::string& text, std::int64_t num_frames,
           double guidance) {
  TrackRequest request;
  request.conditioning_text = text;
  request.num_frames = num_frames;
  request.sampling.is_greedy = true;
  request.sampling.guidance = guidance;
  NoProgress silence;
  return generator.generate(request, silence, StopFlag());
}

// Row `row` of the golden's codes (B, K, T).
void check_tokens(const Track& track, const Goldens& goldens, std::int64_t row,
                  const std::string& what) {
  const at::Tensor expected = tensor_of(goldens, "codes")[row];
  at::Tensor found = at::empty(expected.sizes(), at::kLong);
  REQUIRE(track.tokens.num_codebooks == expected.size(0));
  REQUIRE(track.tokens.num_frames == expected.size(1));
  std::copy(track.tokens.codes.begin(), track.tokens.codes.end(), found.data_ptr<std::int64_t>());
  testing::check_equal(found, expected, what);
}

// The first samples of the sound, (C, N) in the golden, frame by frame in the track.
void check_sound(const Track& track, const at::Tensor& expected, const std::string& what) {
  at::Tensor found = at::empty({expected.size(1), expected.size(0)}, at::kFloat);
  REQUIRE(track.audio.num_channels == expected.size(0));
  REQUIRE(track.audio.num_frames() >= expected.size(1));
  std::copy_n(track.audio.samples.begin(), found.numel(), found.data_ptr<float>());
  testing::check_close(found.transpose(0, 1), expected, testing::kWaveformTolerance, what);
}

TEST_CASE("a guided prompt gives the reference's tokens and its whole sound") {
  const auto mono = generator_of("mono");
  const Goldens goldens("mono/goldens/guided.safetensors");
  const Track track = play(*mono, kMedium, 100, 3);
  check_tokens(track, goldens, 0, "mono guided");
  check_sound(track, tensor_of(goldens, "wave")[0], "mono guided");
  CHECK(track.audio.num_frames() == 64000);
  CHECK(track.audio.sample_rate_hz == 32000);
  CHECK(track.stats.num_steps == 103);
}

TEST_CASE("stereo sound is interleaved, left first") {
  const auto stereo = generator_of("stereo");
  for (const char* name : {"guided", "unguided"}) {
    const Goldens goldens(std::string("stereo/goldens/") + name + ".safetensors");
    const Track track = play(*stereo, kMedium, 100, std::string(name) == "guided" ? 3 : 1);
    check_tokens(track, goldens, 0, name);
    check_sound(track, tensor_of(goldens, "wave.first")[0], name);
  }
}

TEST_CASE("guided and unguided runs are different music, each the reference's") {
  const auto mono = generator_of("mono");
  check_tokens(play(*mono, kMedium, 100, 1), Goldens("mono/goldens/unguided.safetensors"), 0,
               "unguided");
  check_tokens(play(*mono, kMedium, 37, 1.7), Goldens("mono/goldens/guidance_1.7.safetensors"), 0,
               "guided by 1.7");
}

TEST_CASE("an empty prompt is the reference's unconditional run, whatever the guidance") {
  for (const char* name : {"mono", "stereo"}) {
    const auto generator = generator_of(name);
    const Goldens goldens(std::string(name) + "/goldens/unconditional.safetensors");
    for (const double guidance : {1.0, 3.0}) {
      const Track track = play(*generator, "", 100, guidance);
      check_tokens(track, goldens, 0, name);
      CHECK(track.text_tokens.empty());
    }
  }
}

TEST_CASE("a single space is not empty: it is conditioned on the end token, and guided") {
  for (const char* name : {"mono", "stereo"}) {
    const Track track = play(*generator_of(name), " ", 37, 3);
    check_tokens(track, Goldens(std::string(name) + "/goldens/empty_prompt.safetensors"), 0, name);
    CHECK(track.text_tokens == std::vector<std::int32_t>{1});
  }
}

TEST_CASE("text tokens are what the reference's tokenizer gives, end token included") {
  const Track track = play(*generator_of("mono"), kMedium, 1, 3);
  const Goldens goldens("mono/goldens/text.safetensors");
  const auto& expected = goldens.at("medium.ids").ints;
  CHECK(std::vector<std::int64_t>(track.text_tokens.begin(), track.text_tokens.end()) == expected);
}

}  // namespace
}  // namespace cadenza

#include "lib/request.h"

#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <string>

#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

GenerationRequest calm_piano() {
  GenerationRequest request;
  request.prompt = "calm piano";
  return request;
}

// The sentence of the refusal, or "" when the request is fine.
template <typename Change>
std::string refusal(Change&& change) {
  GenerationRequest request = calm_piano();
  change(request);
  const auto error = thrown([&] { validate(request); });
  if (!error) return "";
  CHECK(error->kind() == ErrorKind::usage);
  return error->sentence();
}

}  // namespace

TEST_CASE("a request needs a prompt and nothing else") {
  CHECK_NOTHROW(validate(calm_piano()));
  const auto error = thrown([] { validate(GenerationRequest{}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK(error->sentence().starts_with("prompt: "));
}

TEST_CASE("values that were set directly are checked as if they were typed") {
  using R = GenerationRequest;
  CHECK(refusal([](R& r) { r.prompt = "abcd"; }).starts_with("prompt: "));
  CHECK(refusal([](R& r) { r.prompt = "calm\npiano"; }).starts_with("prompt: "));
  CHECK(refusal([](R& r) { r.genre = std::string(101, 'g'); }).starts_with("genre: "));
  CHECK(refusal([](R& r) { r.mood = "sad \xff"; }).starts_with("mood: "));
  CHECK(refusal([](R& r) { r.key = "H minor"; }).starts_with("key: "));
  CHECK(refusal([](R& r) { r.instruments = {"piano", ""}; }).starts_with("instruments: "));
  CHECK(refusal([](R& r) { r.tempo = 999.0; }) ==
        "tempo: expected 40..240 or slow|moderate|fast, found 999");
  CHECK(refusal([](R& r) { r.tempo = TempoWord::slow; }).empty());
  CHECK(refusal([](R& r) { r.duration_s = 0; }).starts_with("duration: "));
  CHECK(refusal([](R& r) { r.duration_s = std::nan(""); }).starts_with("duration: "));
  CHECK(refusal([](R& r) { r.seed = 9223372036854775808u; }) ==
        "seed: expected an integer from 0 to 9223372036854775807, found 9223372036854775808");
  CHECK(refusal([](R& r) { r.count = 0; }).starts_with("count: "));
  CHECK(refusal([](R& r) { r.temperature = 5.5; }).starts_with("temperature: "));
  CHECK(refusal([](R& r) { r.top_k = -1; }).starts_with("top-k: "));
  CHECK(refusal([](R& r) { r.top_p = 1.5; }).starts_with("top-p: "));
  CHECK(refusal([](R& r) { r.guidance = 21; }).starts_with("guidance: "));
  CHECK(refusal([](R& r) { r.template_name = "haiku"; }).starts_with("template: "));
  CHECK(refusal([](R& r) { r.id = "../x"; }).starts_with("id: "));
  CHECK(refusal([](R& r) { r.owner = "a/b"; }).starts_with("owner: "));
  CHECK(refusal([](R& r) { r.tags = {"a\tb"}; }).starts_with("tags: "));
}

TEST_CASE("the limit of the prompt can be raised") {
  GenerationRequest request;
  request.prompt = std::string(600, 'p');
  CHECK_THROWS_AS(validate(request), Error);
  CHECK_NOTHROW(validate(request, 600));
}

TEST_CASE("sampling is what was asked for, and what the model says where nothing was") {
  const SamplingSettings model{0.9, 50, 0.95, 2.5, false};
  GenerationRequest request = calm_piano();
  SamplingSettings settings = effective_sampling(request, model);
  CHECK(settings.temperature == 0.9);
  CHECK(settings.top_k == 50);
  CHECK(settings.top_p == 0.95);
  CHECK(settings.guidance == 2.5);
  CHECK_FALSE(settings.is_greedy);

  request.temperature = 1.2;
  request.top_k = 0;
  request.top_p = 0;
  request.guidance = 0;
  request.greedy = true;
  settings = effective_sampling(request, model);
  CHECK(settings.temperature == 1.2);
  CHECK(settings.top_k == 0);
  CHECK(settings.top_p == 0);
  CHECK(settings.guidance == 0);
  CHECK(settings.is_greedy);
}

TEST_CASE("temperature 0 is greedy, and a request can undo a greedy model") {
  GenerationRequest request = calm_piano();
  request.temperature = 0;
  CHECK(effective_sampling(request, SamplingSettings{}).is_greedy);
  SamplingSettings greedy_model;
  greedy_model.is_greedy = true;
  CHECK(effective_sampling(calm_piano(), greedy_model).is_greedy);
  request.temperature.reset();
  request.greedy = false;
  CHECK_FALSE(effective_sampling(request, greedy_model).is_greedy);
}

TEST_CASE("the first track of every series has the seed itself") {
  CHECK(track_seed(7, 0, 1) == 7);
  CHECK(track_seed(7, 0, 3) == 7);
  CHECK(track_seed(0, 0, 1) == 0);
}

TEST_CASE("a later track's seed is two SplitMix64 mixes of seed and index") {
  // Computed apart from this code, in Python integers; mix(0) = e220a8397b1dcdaf is the published
  // first output of SplitMix64 with seed 0.
  CHECK(track_seed(0, 1, 2) == 627405149472732430u);
  CHECK(track_seed(7, 1, 3) == 4414019431610648415u);
  CHECK(track_seed(7, 2, 3) == 5090977316425868581u);
  CHECK(track_seed(7, 2, 1000) == 5090977316425868581u);
  CHECK(track_seed(8, 1, 2) == 442399275926196888u);
  CHECK(track_seed(9223372036854775807u, 999, 1000) == 6454003992567187652u);
}

TEST_CASE("neighbouring seeds and indices share no track") {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    for (int index = 0; index < 1000; ++index) {
      const std::uint64_t value = track_seed(seed, index, 1000);
      REQUIRE(value <= 9223372036854775807u);
      seeds.insert(value);
    }
  CHECK(seeds.size() == 50 * 1000);
}

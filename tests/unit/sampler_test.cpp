#include "models/sampler.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "lib/error.h"
#include "tests/support/goldens.h"

namespace cadenza {
namespace {

std::int32_t sample_token(std::span<const float> logits, const SamplingSettings& settings,
                          std::uint64_t seed, std::int64_t step, int codebook) {
  return TokenSampler(logits.size()).draw(logits, settings, seed, step, codebook);
}

constexpr float kInf = std::numeric_limits<float>::infinity();

SamplingSettings settings_of(double temperature, int top_k, double top_p) {
  SamplingSettings settings;
  settings.temperature = temperature;
  settings.top_k = top_k;
  settings.top_p = top_p;
  return settings;
}

// Smooth, distinct logits without a random generator of their own.
std::vector<float> wavy_logits(int count) {
  std::vector<float> logits;
  for (int i = 0; i < count; ++i) logits.push_back(static_cast<float>(3 * std::sin(1.7 * i)));
  return logits;
}

void check_block(const std::uint32_t (&counter)[4], const std::uint32_t (&key)[2],
                 const std::uint32_t (&expected)[4]) {
  std::uint32_t found[4];
  Philox::block(key, counter, found);
  for (int i = 0; i < 4; ++i) CHECK(found[i] == expected[i]);
}

TEST_CASE("Philox4x32-10 gives the known answers of Random123") {
  check_block({0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  check_block({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff},
              {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  check_block({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0},
              {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

// Which of several equal logits top-p drops is chance in the reference (its sort is not stable), so
// the probabilities are compared by logit, not by token.
void check_same_distribution(const std::vector<float>& logits, const std::vector<float>& found,
                             const std::vector<float>& expected) {
  REQUIRE(found.size() == expected.size());
  std::multimap<float, float> ours, theirs;
  for (std::size_t token = 0; token < logits.size(); ++token) {
    ours.emplace(logits[token], found[token]);
    theirs.emplace(logits[token], expected[token]);
  }
  for (const float logit : std::set<float>(logits.begin(), logits.end())) {
    std::vector<float> a, b;
    for (auto [at, end] = ours.equal_range(logit); at != end; ++at) a.push_back(at->second);
    for (auto [at, end] = theirs.equal_range(logit); at != end; ++at) b.push_back(at->second);
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    for (std::size_t i = 0; i < a.size(); ++i) {
      CHECK((a[i] > 0) == (b[i] > 0));
      CHECK(std::abs(a[i] - b[i]) <= 1e-6);
    }
  }
}

TEST_CASE("temperature, top-k and top-p keep what transformers keeps, with its probabilities") {
  const testing::Goldens goldens("tables/sampling.safetensors");
  std::ifstream file(testing::data_path("tables/sampling.json"));
  const auto table = nlohmann::json::parse(file);
  REQUIRE(table.at("cases").size() == 60);
  for (const auto& row : table.at("cases")) {
    const std::string name = row.at("logits");
    const std::string key = name + "." + std::to_string(row.at("case").get<int>());
    INFO(key);
    const auto& logits = goldens.at("logits." + name).floats;
    const auto settings = settings_of(row.at("temperature"), row.at("top_k"), row.at("top_p"));
    check_same_distribution(logits, kept_probabilities(logits, settings),
                            goldens.at("transformers." + key).floats);
  }
}

TEST_CASE("of equal logits at the nucleus boundary the lower tokens stay") {
  const std::vector<float> found =
      kept_probabilities(std::vector<float>(4, 1.0F), settings_of(1, 0, 0.6));
  CHECK(found[0] > 0);
  CHECK(found[3] == 0);
}

TEST_CASE("top-k keeps ties at the k-th value") {
  const std::vector<float> logits = {1, 3, 2, 2, 0, 2};
  const auto found = kept_probabilities(logits, settings_of(1, 2, 0));
  const std::vector<bool> is_kept = {false, true, true, true, false, true};
  for (std::size_t token = 0; token < logits.size(); ++token)
    CHECK((found[token] > 0) == is_kept[token]);
}

TEST_CASE("a top-k above the codebook size keeps everything") {
  const auto logits = wavy_logits(10);
  CHECK(kept_probabilities(logits, settings_of(1, 250, 0)) ==
        kept_probabilities(logits, settings_of(1, 0, 0)));
}

TEST_CASE("at an exact nucleus boundary transformers' ascending rule decides") {
  const std::vector<float> flat(40, 0.0F);
  const auto found = kept_probabilities(flat, settings_of(2, 5, 0.3));
  CHECK(std::count_if(found.begin(), found.end(), [](float p) { return p > 0; }) == 12);
}

TEST_CASE("top-p 0 and top-p 1 are off") {
  const auto logits = wavy_logits(50);
  CHECK(kept_probabilities(logits, settings_of(1, 20, 0)) ==
        kept_probabilities(logits, settings_of(1, 20, 1)));
}

TEST_CASE("greedy takes the first maximum, whatever the seed; temperature 0 is greedy") {
  const std::vector<float> logits = {0, 5, 1, 5};
  SamplingSettings greedy;
  greedy.is_greedy = true;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CHECK(sample_token(logits, greedy, seed, 3, 1) == 1);
    CHECK(sample_token(logits, settings_of(0, 250, 0), seed, 3, 1) == 1);
  }
  CHECK(kept_probabilities(logits, greedy) == std::vector<float>{0, 1, 0, 0});
}

TEST_CASE("a temperature near 0 is cold, not broken") {
  const auto logits = wavy_logits(64);
  const auto coldest = sample_token(logits, settings_of(0, 0, 0), 0, 0, 0);
  for (const double temperature : {1e-4, 1e-30, 1e-300})
    for (const double top_p : {0.0, 0.9})
      CHECK(sample_token(logits, settings_of(temperature, 250, top_p), 7, 1, 0) == coldest);
}

TEST_CASE("draws follow the kept probabilities") {
  const auto logits = wavy_logits(30);
  const auto settings = settings_of(0.9, 12, 0.95);
  const auto probabilities = kept_probabilities(logits, settings);
  constexpr int kDraws = 100000;
  std::vector<int> counts(logits.size());
  for (int draw = 0; draw < kDraws; ++draw)
    ++counts[sample_token(logits, settings, 4711, draw / 4, draw % 4)];
  double chi_square = 0;
  int num_kept = 0;
  for (std::size_t token = 0; token < logits.size(); ++token) {
    if (probabilities[token] == 0) {
      CHECK(counts[token] == 0);
      continue;
    }
    const double expected = kDraws * static_cast<double>(probabilities[token]);
    chi_square += (counts[token] - expected) * (counts[token] - expected) / expected;
    ++num_kept;
  }
  REQUIRE(num_kept >= 8);
  // Chi-square has mean n and variance 2n: five standard deviations.
  const double freedom = num_kept - 1;
  CHECK(chi_square < freedom + 5 * std::sqrt(2 * freedom));
}

TEST_CASE("a draw depends on seed, step and codebook, each of them") {
  const std::vector<float> flat(2048, 0.0F);
  const auto settings = settings_of(1, 0, 0);
  std::set<std::int32_t> drawn;
  drawn.insert(sample_token(flat, settings, 1, 1, 0));
  drawn.insert(sample_token(flat, settings, 2, 1, 0));
  drawn.insert(sample_token(flat, settings, std::uint64_t{1} << 40, 1, 0));
  drawn.insert(sample_token(flat, settings, 1, 2, 0));
  drawn.insert(sample_token(flat, settings, 1, 1, 1));
  CHECK(drawn.size() == 5);
  CHECK(sample_token(flat, settings, 1, 1, 0) == sample_token(flat, settings, 1, 1, 0));
}

// Each number by hand: with equal logits the winner is the token of the largest Philox word.
TEST_CASE(
    "token t takes word t % 4 of the Philox block (step, codebook, t / 4, 0) under the seed") {
  const std::uint64_t seed = 0x0123456789abcdef;
  const std::uint32_t key[2] = {0x89abcdef, 0x01234567};
  const std::int64_t step = 17;
  const int codebook = 3;
  std::vector<std::uint32_t> words;
  for (std::uint32_t block = 0; block < 16; ++block) {
    const std::uint32_t counter[4] = {17, 3, block, 0};
    std::uint32_t out[4];
    Philox::block(key, counter, out);
    words.insert(words.end(), out, out + 4);
  }
  const auto expected = std::max_element(words.begin(), words.end()) - words.begin();
  const std::vector<float> flat(64, 0.0F);
  CHECK(sample_token(flat, settings_of(1, 0, 0), seed, step, codebook) == expected);
}

TEST_CASE("what is not kept does not move what is drawn from the rest") {
  auto logits = wavy_logits(100);
  const auto settings = settings_of(1, 20, 0);
  for (std::int64_t step = 0; step < 50; ++step) {
    const auto drawn = sample_token(logits, settings, 5, step, 0);
    auto lowered = logits;
    for (std::size_t token = 0; token < logits.size(); ++token)
      if (kept_probabilities(logits, settings)[token] == 0) lowered[token] -= 1;
    CHECK(sample_token(lowered, settings, 5, step, 0) == drawn);
  }
}

TEST_CASE("NaN and Inf logits are refused, naming step and codebook") {
  for (const float bad : {std::nanf(""), kInf, -kInf}) {
    auto logits = wavy_logits(16);
    logits[9] = bad;
    for (const bool is_greedy : {false, true}) {
      SamplingSettings settings;
      settings.is_greedy = is_greedy;
      try {
        sample_token(logits, settings, 1, 41, 2);
        FAIL("no error");
      } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::bad_model);
        CHECK(error.sentence().find("step 41, codebook 2, token 9") != std::string::npos);
        CHECK(error.hint().find("--precision fp32") != std::string::npos);
      }
    }
  }
}

}  // namespace
}  // namespace cadenza

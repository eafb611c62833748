#include "models/musicgen/delay_pattern.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lib/error.h"
#include "tests/support/goldens.h"

namespace cadenza {
namespace {

using Rows = std::vector<std::vector<int>>;

// One row of tests/data/tables/delay.json: what transformers' build_delay_pattern_mask makes.
struct Case {
  int num_codebooks, num_channels;
  std::int64_t max_length;
  Rows prompt, mask, first_fed, filled, undone;

  std::string name() const {
    return std::to_string(num_codebooks) + " codebooks, " + std::to_string(num_channels) +
           " channels, " + std::to_string(prompt[0].size()) + " prompt frames, length " +
           std::to_string(max_length);
  }
  // transformers drops the delay below 2 * (codebooks per channel) - 1 columns. Its mask then
  // leaves column 0 open, which holds the start token by other means: in these cases we begin at
  // column 1.
  bool is_delayed() const { return max_length >= 2 * (num_codebooks / num_channels) - 1; }
  std::int64_t first_masked() const { return is_delayed() ? 0 : 1; }
  DelayPattern pattern() const {
    const int per_channel = num_codebooks / num_channels;
    const std::int64_t num_frames = is_delayed() ? max_length - per_channel : max_length - 1;
    return {num_codebooks, num_channels, num_frames, is_delayed()};
  }
  std::vector<std::int16_t> codes() const {
    std::vector<std::int16_t> all;
    for (const auto& row : undone) all.insert(all.end(), row.begin() + first_masked(), row.end());
    return all;
  }
  TokenGrid grid() const {
    std::vector<std::int16_t> codes;
    for (const auto& row : prompt) codes.insert(codes.end(), row.begin(), row.end());
    return {pattern(), kSpecial, codes};
  }

  static constexpr int kSpecial = 64;
};

std::vector<Case> cases() {
  std::ifstream file(testing::data_path("tables/delay.json"));
  const auto table = nlohmann::json::parse(file);
  std::vector<Case> all;
  for (const auto& row : table.at("cases"))
    all.push_back({row.at("codebooks"), row.at("audio_channels"), row.at("max_length"),
                   row.at("prompt"), row.at("mask"), row.at("first_fed"), row.at("filled"),
                   row.at("undone")});
  REQUIRE(all.size() == 16);
  return all;
}

std::vector<std::int64_t> column_of(const TokenGrid& grid, std::int64_t step) {
  std::vector<std::int64_t> tokens;
  for (int k = 0; k < grid.num_codebooks(); ++k) tokens.push_back(grid.token(k, step));
  return tokens;
}

void write_column(TokenGrid& grid, std::int64_t step, const std::vector<std::int32_t>& tokens) {
  for (int k = 0; k < grid.num_codebooks(); ++k) grid.write(k, step, tokens.at(k));
}

// Plays the sampler: writes every column from first_step on with the golden's filled grid.
void fill(TokenGrid& grid, const Case& golden) {
  for (std::int64_t step = grid.first_step(); step < golden.max_length; ++step) {
    std::vector<std::int32_t> tokens;
    for (const auto& row : golden.filled) tokens.push_back(row[static_cast<std::size_t>(step)]);
    write_column(grid, step, tokens);
  }
}

TEST_CASE("the sequence is 1 + T + longest delay columns long") {
  CHECK(DelayPattern(4, 1, 1500, true).num_steps() == 1504);
  CHECK(DelayPattern(8, 2, 1500, true).num_steps() == 1504);
  CHECK(DelayPattern(4, 1, 5, false).num_steps() == 6);
  for (const Case& golden : cases()) {
    INFO(golden.name());
    CHECK(golden.pattern().num_steps() == golden.max_length);
  }
}

TEST_CASE("codebook q at step s carries timestep s - 1 - q") {
  const DelayPattern pattern(4, 1, 6);
  CHECK(pattern.frame_at(0, 1) == 0);
  CHECK(pattern.frame_at(2, 7) == 4);
  CHECK(pattern.frame_at(3, 9) == 5);
  for (int codebook = 0; codebook < 4; ++codebook)
    for (std::int64_t frame = 0; frame < 6; ++frame)
      CHECK(pattern.frame_at(codebook, pattern.step_of(codebook, frame)) == frame);
}

TEST_CASE("left and right of a stereo quantizer share a delay") {
  const DelayPattern pattern(8, 2, 10);
  for (int codebook = 0; codebook < 8; ++codebook) CHECK(pattern.delay(codebook) == codebook / 2);
}

TEST_CASE("cells that carry no timestep hold the special token, the others wait for the sampler") {
  for (const Case& golden : cases()) {
    INFO(golden.name());
    const TokenGrid grid = golden.grid();
    const DelayPattern pattern = golden.pattern();
    for (int codebook = 0; codebook < golden.num_codebooks; ++codebook) {
      for (std::int64_t step = golden.first_masked(); step < golden.max_length; ++step) {
        const int expected = golden.mask[codebook][step];
        CHECK(grid.is_unknown(codebook, step) == (expected == -1));
        CHECK((!pattern.frame_at(codebook, step)) == (expected == Case::kSpecial));
      }
    }
  }
}

TEST_CASE("the columns before the first step are complete and equal the reference's") {
  for (const Case& golden : cases()) {
    INFO(golden.name());
    const TokenGrid grid = golden.grid();
    REQUIRE(grid.first_step() == static_cast<std::int64_t>(golden.first_fed[0].size()));
    for (std::int64_t step = 0; step < grid.first_step(); ++step) {
      const auto column = column_of(grid, step);
      for (int codebook = 0; codebook < golden.num_codebooks; ++codebook)
        CHECK(column[codebook] == golden.first_fed[codebook][step]);
    }
  }
}

TEST_CASE("a filled grid gives the reference's codes with the delay undone") {
  for (const Case& golden : cases()) {
    INFO(golden.name());
    TokenGrid grid = golden.grid();
    fill(grid, golden);
    CHECK(grid.codes() == golden.codes());
  }
}

TEST_CASE("prompt tokens in the delayed cells of sampled columns are kept") {
  const DelayPattern pattern(4, 1, 6);
  const std::vector<std::int16_t> prompt = {10, 11, 20, 21, 30, 31, 40, 41};  // (4, 2)
  TokenGrid grid(pattern, 64, prompt);
  REQUIRE(grid.first_step() == 3);
  write_column(grid, 3, {1, 2, 3, 4});
  CHECK(column_of(grid, 3) == std::vector<std::int64_t>{1, 21, 30, 64});
  write_column(grid, 4, {5, 6, 7, 8});
  CHECK(column_of(grid, 4) == std::vector<std::int64_t>{5, 6, 31, 40});
}

TEST_CASE("a sampled token never lands where no timestep is carried") {
  TokenGrid grid(DelayPattern(4, 1, 1), 64);
  for (std::int64_t step = 1; step <= 4; ++step) write_column(grid, step, {7, 8, 9, 10});
  CHECK(column_of(grid, 2) == std::vector<std::int64_t>{64, 8, 64, 64});
  CHECK(grid.codes() == std::vector<std::int16_t>{7, 8, 9, 10});
}

TEST_CASE("an incomplete column cannot be fed, an incomplete grid cannot be read") {
  const TokenGrid grid(DelayPattern(2, 1, 3), 64);
  CHECK_NOTHROW(column_of(grid, 0));
  CHECK_THROWS_AS(column_of(grid, 1), Error);
  CHECK_THROWS_AS(grid.codes(), Error);
}

TEST_CASE("patterns and prompts that cannot be are refused") {
  CHECK_THROWS_AS(DelayPattern(4, 1, 0), Error);
  CHECK_THROWS_AS(DelayPattern(5, 2, 3), Error);
  CHECK_THROWS_AS(TokenGrid(DelayPattern(4, 1, 3), 64, {1, 2, 3}), Error);
  CHECK_THROWS_AS(TokenGrid(DelayPattern(2, 1, 1), 64, {1, 2, 3, 4}), Error);
}

}  // namespace
}  // namespace cadenza

#include "models/musicgen/cpu_decoder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "models/checkpoint/checkpoint.h"
#include "models/checkpoint/model_files.h"
#include "tests/support/goldens.h"
#include "tests/support/random_values.h"
#include "tests/support/random_weights.h"
#include "tests/support/thrown.h"
#include "tests/support/tolerances.h"

namespace cadenza {

using testing::Goldens;
using testing::random_values;
using testing::RandomDecoderWeights;

namespace {

using Contexts = std::vector<std::vector<float>>;

constexpr WeightFormat kFormats[] = {WeightFormat::fp32, WeightFormat::bf16, WeightFormat::int8,
                                     WeightFormat::int4};

std::vector<std::span<const float>> views(const Contexts& contexts) {
  return {contexts.begin(), contexts.end()};
}

// stereo has no tokenizer of its own.
Checkpoint open_fixture(const std::string& name) {
  ModelFiles files = open_model_folder(testing::data_path(name), name);
  files.files.merge(open_model_folder(testing::data_path("mono"), "mono").files);
  return Checkpoint(std::move(files));
}

// No size a multiple of a panel or a group.
DecoderConfig odd_config() {
  DecoderConfig config;
  config.hidden_size = 72;
  config.ffn_dim = 200;
  config.num_layers = 2;
  config.num_heads = 3;  // of width 24
  config.vocab_size = 37;
  config.num_codebooks = 4;
  return config;
}

// Tokens (rows, K, columns) drawn for each row by its seed.
std::vector<std::int64_t> row_tokens(const DecoderConfig& config, std::int64_t columns,
                                     unsigned seed) {
  std::vector<std::int64_t> tokens;
  for (const float value : random_values(config.num_codebooks * columns, seed))
    tokens.push_back(static_cast<std::int64_t>(std::fabs(value) * 1e4) % (config.vocab_size + 1));
  return tokens;
}

// Column `column` of tokens (rows, K, columns) as (rows, K, 1).
std::vector<std::int64_t> column_of(const std::vector<std::int64_t>& tokens, std::int64_t columns,
                                    std::int64_t column) {
  std::vector<std::int64_t> one;
  for (std::size_t i = static_cast<std::size_t>(column); i < tokens.size(); i += columns)
    one.push_back(tokens[i]);
  return one;
}

std::vector<float> logits_for(const CpuDecoder& decoder, const DecoderConfig& config) {
  return std::vector<float>(
      static_cast<std::size_t>(decoder.num_rows() * config.num_codebooks * config.vocab_size));
}

// Logits of every step of one or more rows: one vector (B, K, V) per column.
std::vector<std::vector<float>> walk(CpuDecoder& decoder, const DecoderConfig& config,
                                     const Contexts& contexts,
                                     const std::vector<std::int64_t>& tokens,
                                     std::int64_t columns) {
  decoder.reset(views(contexts), columns);
  std::vector<std::vector<float>> steps;
  for (std::int64_t s = 0; s < columns; ++s) {
    steps.push_back(logits_for(decoder, config));
    decoder.step(column_of(tokens, columns, s).data(), steps.back().data());
  }
  return steps;
}

// The conditioning of lm.safetensors' two rows without their padding.
Contexts golden_contexts(const std::string& checkpoint, const Goldens& lm, std::int64_t width) {
  const Goldens text(checkpoint + "/goldens/text.safetensors");
  const auto& values = text.at("batch.conditioning");
  const auto& mask = lm.at("mask");
  const std::int64_t length = values.shape[1];
  Contexts contexts;
  for (std::int64_t row = 0; row < 2; ++row) {
    std::int64_t kept = 0;
    for (std::int64_t t = 0; t < length; ++t) kept += mask.ints[row * length + t];
    const auto first = values.floats.begin() + (row == 0 ? 0 : 2) * length * width;
    contexts.emplace_back(first, first + kept * width);
  }
  return contexts;
}

struct LogitError {
  double largest = 0, mean = 0;
};

// Compares every column's logits with a golden (B, K, S, V).
LogitError logit_error(const std::vector<std::vector<float>>& steps,
                       const testing::Golden& golden) {
  const std::int64_t heads = golden.shape[0] * golden.shape[1];
  const std::int64_t columns = golden.shape[2], vocab = golden.shape[3];
  LogitError error;
  for (std::int64_t s = 0; s < columns; ++s)
    for (std::int64_t h = 0; h < heads; ++h)
      for (std::int64_t v = 0; v < vocab; ++v) {
        const double miss =
            std::fabs(steps[s][h * vocab + v] - golden.floats[(h * columns + s) * vocab + v]);
        error.largest = std::max(error.largest, miss);
        error.mean += miss / static_cast<double>(columns * heads * vocab);
      }
  return error;
}

}  // namespace

TEST_CASE("teacher-forced logits are the reference's, conditional and null, on every set") {
  for (const std::string name : {"mono", "stereo"}) {
    const Checkpoint checkpoint = open_fixture(name);
    const DecoderConfig& config = checkpoint.config().decoder;
    const Goldens lm(name + "/goldens/lm.safetensors");
    const auto& tokens = lm.at("tokens");
    const Contexts conditional = golden_contexts(name, lm, config.hidden_size);
    for (const InstructionSet set : supported_instruction_sets()) {
      CpuDecoder decoder(config, checkpoint.weights(),
                         {.format = WeightFormat::fp32, .num_threads = 2, .instruction_set = set});
      const auto with_text = walk(decoder, config, conditional, tokens.ints, tokens.shape[2]);
      const auto without = walk(decoder, config, Contexts(2), tokens.ints, tokens.shape[2]);
      const double error = logit_error(with_text, lm.at("logits.cond")).largest;
      const double null_error = logit_error(without, lm.at("logits.null")).largest;
      MESSAGE(name << " " << instruction_set_name(set) << ": conditional " << error << ", null "
                   << null_error);
      CHECK(error < testing::kLmLogitsTolerance);
      CHECK(null_error < testing::kLmLogitsTolerance);
    }
  }
}

TEST_CASE("narrower weights keep the logits near the reference's") {
  const Checkpoint checkpoint = open_fixture("mono");
  const DecoderConfig& config = checkpoint.config().decoder;
  const Goldens lm("mono/goldens/lm.safetensors");
  const auto& tokens = lm.at("tokens");
  const Contexts contexts = golden_contexts("mono", lm, config.hidden_size);
  // Logits have a deviation of 4.5. transformers in bf16 errs by 0.045 on average, 0.31 at most.
  const double limits[] = {1e-5, 0.05, 0.2, 1.2};
  for (int f = 0; f < 4; ++f) {
    CpuDecoder decoder(config, checkpoint.weights(), {.format = kFormats[f]});
    const auto steps = walk(decoder, config, contexts, tokens.ints, tokens.shape[2]);
    const LogitError error = logit_error(steps, lm.at("logits.cond"));
    MESSAGE("format " << f << ": mean logit error " << error.mean << ", largest " << error.largest);
    CHECK(error.mean < limits[f]);
  }
}

TEST_CASE("a row's logits are the same bits alone, in any slot, and with any number of threads") {
  const DecoderConfig config = odd_config();
  const RandomDecoderWeights weights(config);
  constexpr std::int64_t kRows = 5, kColumns = 20;
  Contexts contexts;
  std::vector<std::vector<std::int64_t>> tokens;
  for (std::int64_t row = 0; row < kRows; ++row) {
    // Texts of different lengths, and row 2 without.
    contexts.push_back(random_values(row == 2 ? 0 : (1 + 7 * row) * config.hidden_size,
                                     static_cast<unsigned>(row) + 1));
    tokens.push_back(row_tokens(config, kColumns, static_cast<unsigned>(row) + 50));
  }
  const auto per_row = static_cast<std::size_t>(config.num_codebooks * config.vocab_size);
  for (const WeightFormat format : kFormats) {
    CpuDecoder alone(config, weights, {.format = format});
    CpuDecoder together(config, weights, {.format = format, .num_threads = 3});
    Contexts turned;
    std::vector<std::int64_t> all_tokens;
    for (std::int64_t row = kRows - 1; row >= 0; --row) {
      turned.push_back(contexts[row]);
      all_tokens.insert(all_tokens.end(), tokens[row].begin(), tokens[row].end());
    }
    const auto batch = walk(together, config, turned, all_tokens, kColumns);
    for (std::int64_t row = 0; row < kRows; ++row) {
      const auto single = walk(alone, config, {contexts[row]}, tokens[row], kColumns);
      for (std::int64_t s = 0; s < kColumns; ++s) {
        const auto slot =
            batch[s].begin() + static_cast<std::ptrdiff_t>((kRows - 1 - row) * per_row);
        CHECK(std::equal(single[s].begin(), single[s].end(), slot));
      }
    }
  }
}

TEST_CASE("a prefill gives the same bits as its columns one by one, however long") {
  const DecoderConfig config = odd_config();
  const RandomDecoderWeights weights(config);
  constexpr std::int64_t kColumns = 75;  // more than one bite
  const Contexts contexts = {random_values(3 * config.hidden_size, 1), {}};
  std::vector<std::int64_t> tokens = row_tokens(config, kColumns, 7);
  const auto more = row_tokens(config, kColumns, 8);
  tokens.insert(tokens.end(), more.begin(), more.end());
  for (const WeightFormat format : kFormats) {
    CpuDecoder decoder(config, weights, {.format = format, .num_threads = 2});
    const auto steps = walk(decoder, config, contexts, tokens, kColumns);
    decoder.reset(views(contexts), kColumns);
    auto logits = logits_for(decoder, config);
    decoder.prefill(tokens.data(), kColumns, logits.data());
    CHECK(logits == steps.back());
  }
}

TEST_CASE("a row begun anew computes what it would alone while its neighbour goes on") {
  const DecoderConfig config = odd_config();
  const RandomDecoderWeights weights(config);
  const Contexts contexts = {random_values(4 * config.hidden_size, 1),
                             random_values(4 * config.hidden_size, 2)};
  const auto fresh = random_values(2 * config.hidden_size, 3);
  CpuDecoder decoder(config, weights, {.format = WeightFormat::bf16});
  constexpr std::int64_t kColumns = 18, kHalf = 9;
  const auto tokens = row_tokens(config, kColumns, 11);
  const auto alone = walk(decoder, config, {contexts[0]}, tokens, kColumns);
  const auto alone_fresh = walk(decoder, config, {fresh}, tokens, kColumns);

  std::vector<std::int64_t> both = tokens;  // the first half is fed to both rows
  both.insert(both.end(), tokens.begin(), tokens.end());
  decoder.reset(views(contexts), kColumns);
  auto logits = logits_for(decoder, config);
  for (std::int64_t s = 0; s < kHalf; ++s)
    decoder.step(column_of(both, kColumns, s).data(), logits.data());
  decoder.begin_row(1, fresh, kColumns);
  for (std::int64_t s = 0; s < kHalf; ++s) {
    auto column = column_of(tokens, kColumns, kHalf + s);
    const auto first = column_of(tokens, kColumns, s);
    column.insert(column.end(), first.begin(), first.end());
    decoder.step(column.data(), logits.data());
    const auto middle = logits.begin() + std::ssize(logits) / 2;
    CHECK(std::equal(logits.begin(), middle, alone[kHalf + s].begin()));
    CHECK(std::equal(middle, logits.end(), alone_fresh[s].begin()));
  }
}

TEST_CASE("columns beyond what reset was told, and tokens without embedding, are refused") {
  const DecoderConfig config = odd_config();
  const RandomDecoderWeights weights(config);
  CpuDecoder decoder(config, weights, {});
  decoder.reset(views(Contexts(1)), 1);
  auto logits = logits_for(decoder, config);
  const std::vector<std::int64_t> special(4, config.special_token());
  const std::vector<std::int64_t> beyond(4, config.special_token() + 1);
  CHECK_THROWS_AS(decoder.step(beyond.data(), logits.data()), Error);
  decoder.step(special.data(), logits.data());
  CHECK_THROWS_AS(decoder.step(special.data(), logits.data()), Error);
}

}  // namespace cadenza

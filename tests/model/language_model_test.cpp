// The decoder with tiny random weights: what must hold for any weights. Numbers of the reference
// are in tests/parity.
#include "models/musicgen/language_model.h"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <string>
#include <utility>
#include <vector>

#include "lib/error.h"
#include "models/musicgen/aten_decoder.h"
#include "tests/support/golden_tensors.h"
#include "tests/support/random_weights.h"

namespace cadenza {
namespace {

using testing::check_close;
using testing::check_equal;

constexpr double kTolerance = 1e-5;  // logits here have a standard deviation of about 1

DecoderConfig tiny_config() {
  DecoderConfig config;
  config.hidden_size = 48;
  config.ffn_dim = 112;
  config.num_layers = 3;
  config.num_heads = 4;
  config.vocab_size = 40;
  config.num_codebooks = 4;
  config.max_positions = 64;
  return config;
}

LanguageModel tiny_model(const std::string& precision = "fp32",
                         DecoderKind kind = DecoderKind::fastest) {
  return {tiny_config(), testing::RandomDecoderWeights(tiny_config()), at::kCPU, precision, kind};
}

constexpr DecoderKind kBothKinds[] = {DecoderKind::fastest, DecoderKind::aten};

// (B, K, S), special tokens among them
at::Tensor some_tokens(std::int64_t batch, std::int64_t steps) {
  return at::randint(0, tiny_config().vocab_size + 1, {batch, tiny_config().num_codebooks, steps},
                     at::kLong);
}

at::Tensor some_text(std::int64_t batch, std::int64_t length) {
  return at::randn({batch, length, tiny_config().hidden_size});
}

at::Tensor full_mask(const at::Tensor& context) {
  return at::ones({context.size(0), context.size(1)}, at::kLong);
}

// Fed one column at a time after `prefilled` at once -> the logits of the fed columns, the
// prefill's last included: (B, K, S - prefilled + 1, V).
at::Tensor stepped(LanguageModel& model, const at::Tensor& tokens, std::int64_t prefilled) {
  std::vector<at::Tensor> logits = {model.prefill(tokens.narrow(2, 0, prefilled)).clone()};
  for (std::int64_t step = prefilled; step < tokens.size(2); ++step)
    logits.push_back(model.step(tokens.narrow(2, step, 1)).clone());
  return at::stack(logits, 2);
}

TEST_CASE("cached decoding equals one forward over all columns") {
  const DecoderConfig config = tiny_config();
  const testing::RandomDecoderWeights weights(config);
  AtenDecoder reference(config, {weights, at::kCPU, at::kFloat});
  const at::Tensor tokens = some_tokens(2, 12), text = some_text(2, 5);
  reference.reset({text[0], text[1]}, 12);
  const at::Tensor all = reference.feed_all(tokens);
  for (const DecoderKind kind : kBothKinds) {
    LanguageModel model = tiny_model("fp32", kind);
    model.reset(text, full_mask(text), 12);
    check_close(stepped(model, tokens, 1), all, kTolerance, "stepped");
  }
}

TEST_CASE("a prefill equals the same columns step by step") {
  for (const DecoderKind kind : kBothKinds) {
    LanguageModel model = tiny_model("fp32", kind);
    const at::Tensor tokens = some_tokens(2, 12), text = some_text(2, 5);
    model.reset(text, full_mask(text), 12);
    const at::Tensor by_steps = stepped(model, tokens, 1);
    model.reset(text, full_mask(text), 12);
    check_close(stepped(model, tokens, 7), by_steps.narrow(2, 6, 6), kTolerance, "prefilled");
  }
}

TEST_CASE("on a CPU a prefill of any length equals its columns step by step, bit for bit") {
  for (const char* precision : {"fp32", "bf16"}) {
    LanguageModel model = tiny_model(precision);
    const at::Tensor tokens = some_tokens(2, 75), text = some_text(2, 5);
    model.reset(text, full_mask(text), 75);
    const at::Tensor by_steps = stepped(model, tokens, 1);
    model.reset(text, full_mask(text), 75);
    check_equal(stepped(model, tokens, 70), by_steps.narrow(2, 69, 6), precision);
  }
}

TEST_CASE("packed weights and libtorch's operators agree to rounding") {
  for (const auto& [precision, tolerance] : {std::pair{"fp32", kTolerance}, {"bf16", 0.1}}) {
    LanguageModel packed = tiny_model(precision), aten = tiny_model(precision, DecoderKind::aten);
    const at::Tensor tokens = some_tokens(3, 20), text = some_text(3, 6);
    at::Tensor mask = full_mask(text);
    mask[1].narrow(0, 2, 4).fill_(0);
    mask[2].fill_(0);
    packed.reset(text, mask, 20);
    aten.reset(text, mask, 20);
    check_close(stepped(packed, tokens, 4), stepped(aten, tokens, 4), tolerance, precision);
  }
}

TEST_CASE("on a CPU the number of threads does not change a bit") {
  const at::Tensor tokens = some_tokens(2, 20), text = some_text(2, 6);
  const int threads_before = at::get_num_threads();
  std::vector<at::Tensor> found;
  for (const int threads : {1, 2, 5}) {
    at::set_num_threads(threads);
    LanguageModel model = tiny_model("bf16");
    model.reset(text, full_mask(text), 20);
    found.push_back(stepped(model, tokens, 4));
  }
  at::set_num_threads(threads_before);
  check_equal(found[1], found[0], "2 threads");
  check_equal(found[2], found[0], "5 threads");
}

TEST_CASE("a later column does not reach an earlier one") {
  const DecoderConfig config = tiny_config();
  const testing::RandomDecoderWeights weights(config);
  AtenDecoder decoder(config, {weights, at::kCPU, at::kFloat});
  const at::Tensor tokens = some_tokens(1, 8), text = some_text(1, 3);
  at::Tensor changed = tokens.clone();
  changed.narrow(2, 5, 3).fill_(0);
  decoder.reset({text[0]}, 8);
  const at::Tensor before = decoder.feed_all(tokens);
  decoder.reset({text[0]}, 8);
  check_equal(decoder.feed_all(changed).narrow(2, 0, 5), before.narrow(2, 0, 5), "columns 0-4");
}

TEST_CASE("a batch is each row alone, bit for bit, in every precision") {
  for (const char* precision : {"fp32", "bf16"}) {
    LanguageModel model = tiny_model(precision);
    const at::Tensor tokens = some_tokens(3, 9), text = some_text(3, 6);
    at::Tensor mask = full_mask(text);
    mask[1].narrow(0, 2, 4).fill_(0);
    mask[2].fill_(0);
    model.reset(text, mask, 9);
    const at::Tensor batch = stepped(model, tokens, 4);
    for (std::int64_t row = 0; row < 3; ++row) {
      model.reset(text.narrow(0, row, 1), mask.narrow(0, row, 1), 9);
      check_equal(stepped(model, tokens.narrow(0, row, 1), 4), batch.narrow(0, row, 1),
                  std::string(precision) + " row " + std::to_string(row));
    }
  }
}

TEST_CASE("padding does not reach a row, bit for bit, whatever it holds") {
  LanguageModel model = tiny_model();
  const at::Tensor tokens = some_tokens(1, 6), text = some_text(1, 4);
  model.reset(text, full_mask(text), 6);
  const at::Tensor alone = stepped(model, tokens, 1);
  const at::Tensor padded = at::cat({text, some_text(1, 30)}, 1);
  at::Tensor mask = full_mask(padded);
  mask.narrow(1, 4, 30).fill_(0);
  model.reset(padded, mask, 6);
  check_equal(stepped(model, tokens, 1), alone, "padded");
}

TEST_CASE("a guidance pair equals two separate runs, bit for bit") {
  LanguageModel model = tiny_model();
  const at::Tensor tokens = some_tokens(1, 6), text = some_text(1, 4), mask = full_mask(text);
  model.reset(at::cat({text, at::zeros_like(text)}), at::cat({mask, at::zeros_like(mask)}), 6);
  const at::Tensor pair = stepped(model, at::cat({tokens, tokens}), 1);
  model.reset(text, mask, 6);
  check_equal(stepped(model, tokens, 1), pair.narrow(0, 0, 1), "conditional");
  model.reset(at::zeros_like(text), at::zeros_like(mask), 6);
  check_equal(stepped(model, tokens, 1), pair.narrow(0, 1, 1), "null");
}

TEST_CASE("a null stream's cross-attention contributes exactly nothing") {
  for (const DecoderKind kind : kBothKinds) {
    LanguageModel model = tiny_model("fp32", kind);
    const at::Tensor tokens = some_tokens(1, 5);
    model.reset(some_text(1, 4), at::zeros({1, 4}, at::kLong), 5);
    const at::Tensor masked = stepped(model, tokens, 1);
    // A zero vector that is attended to also contributes nothing: no bias anywhere on its way.
    const at::Tensor zeros = at::zeros({1, 4, tiny_config().hidden_size});
    model.reset(zeros, full_mask(zeros), 5);
    check_equal(stepped(model, tokens, 1), masked, "attended zeros");
  }
}

TEST_CASE("bf16 follows fp32 to the precision of its weights") {
  LanguageModel exact = tiny_model("fp32"), rounded = tiny_model("bf16");
  const at::Tensor tokens = some_tokens(2, 10), text = some_text(2, 5);
  exact.reset(text, full_mask(text), 10);
  rounded.reset(text, full_mask(text), 10);
  check_close(stepped(rounded, tokens, 1), stepped(exact, tokens, 1), 0.1, "bf16");
}

TEST_CASE("logits are fp32 in every precision") {
  for (const char* precision : {"fp32", "bf16"}) {
    LanguageModel model = tiny_model(precision);
    const at::Tensor text = some_text(1, 2);
    model.reset(text, full_mask(text), 1);
    CHECK((model.step(some_tokens(1, 1)).scalar_type() == at::kFloat));
  }
}

TEST_CASE("tokens and contexts of another shape are refused at the door") {
  LanguageModel model = tiny_model();
  const at::Tensor text = some_text(2, 3);
  CHECK_THROWS_AS(model.reset(at::zeros({2, 3, 7}), full_mask(text), 4), Error);
  CHECK_THROWS_AS(model.reset(text, at::zeros({2, 4}), 4), Error);
  model.reset(text, full_mask(text), 4);
  CHECK_THROWS_AS(model.step(some_tokens(3, 1)), Error);
  CHECK_THROWS_AS(model.step(some_tokens(2, 2)), Error);
  CHECK_THROWS_AS(model.prefill(some_tokens(2, 5)), Error);
  model.prefill(some_tokens(2, 2));
  CHECK_THROWS_AS(model.prefill(some_tokens(2, 2)), Error);
}

}  // namespace
}  // namespace cadenza

// The decode loop with a tiny random model: guidance, prompts, seeds, stopping.
#include "models/musicgen/decode_loop.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <csignal>
#include <limits>
#include <string>
#include <vector>

#include "lib/error.h"
#include "tests/support/golden_tensors.h"
#include "tests/support/random_weights.h"

namespace cadenza {
namespace {

DecoderConfig tiny_config() {
  DecoderConfig config;
  config.hidden_size = 32;
  config.ffn_dim = 64;
  config.num_layers = 2;
  config.num_heads = 2;
  config.vocab_size = 24;
  return config;
}

LanguageModel tiny_model(const std::string& precision = "fp32") {
  return {tiny_config(), testing::RandomDecoderWeights(tiny_config()), at::kCPU, precision};
}

DecodeRequest request_of(const at::Tensor& context, std::vector<DecodeRow> rows,
                         std::int64_t num_frames = 8) {
  return {context,
          at::ones({context.size(0), context.size(1)}, at::kLong),
          DelayPattern(4, 1, num_frames),
          {},
          std::move(rows),
          {}};
}

at::Tensor some_text(std::int64_t batch) {
  return at::randn({batch, 3, tiny_config().hidden_size});
}

DecodeResult play(LanguageModel& model, const DecodeRequest& request) {
  NoProgress silence;
  return decode_tokens(model, request, silence, StopFlag());
}

class CountingProgress final : public ProgressReporter {
 public:
  void begin(std::string_view stage, std::int64_t total) override {
    log += std::string(stage) + "/" + std::to_string(total);
  }
  void advance(std::int64_t done) override { last = done, ++num_advances; }
  void end() override { log += "/end"; }

  std::string log;
  std::int64_t last = 0, num_advances = 0;
};

TEST_CASE("T frames cost T + 3 forward passes, a prompt of P frames saves P") {
  LanguageModel model = tiny_model();
  const at::Tensor text = some_text(1);
  CHECK(play(model, request_of(text, {{1, {}}}, 8)).num_steps == 11);
  const std::vector<std::int16_t> prompt(4 * 3, 5);
  CHECK(play(model, request_of(text, {{1, prompt}}, 8)).num_steps == 8);
}

TEST_CASE("codes include the prompt, unchanged") {
  LanguageModel model = tiny_model();
  std::vector<std::int16_t> prompt;
  for (std::int16_t i = 0; i < 4 * 3; ++i) prompt.push_back(i);
  const auto codes = play(model, request_of(some_text(1), {{1, prompt}}, 8)).codes.front();
  REQUIRE(codes.size() == 4 * 8);
  for (int k = 0; k < 4; ++k)
    for (int t = 0; t < 3; ++t) CHECK(codes[k * 8 + t] == prompt[k * 3 + t]);
}

TEST_CASE("no generated code is the special token") {
  LanguageModel model = tiny_model();
  const DecodeResult result = play(model, request_of(some_text(1), {{3, {}}}, 40));
  for (const auto code : result.codes.front()) {
    CHECK(code >= 0);
    CHECK(code < tiny_config().vocab_size);
  }
}

TEST_CASE("the same seed gives the same tokens, another seed others") {
  LanguageModel model = tiny_model();
  const at::Tensor text = some_text(1);
  const auto first = play(model, request_of(text, {{7, {}}})).codes;
  CHECK(play(model, request_of(text, {{7, {}}})).codes == first);
  CHECK(play(model, request_of(text, {{8, {}}})).codes != first);
}

TEST_CASE("sampled rows of a batch are the rows alone, whatever their neighbours") {
  LanguageModel model = tiny_model();
  const at::Tensor text = some_text(3);
  const std::vector<DecodeRow> rows = {{1, {}}, {2, {}}, {3, {}}};
  const auto batch = play(model, request_of(text, rows)).codes;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto context = text.narrow(0, static_cast<std::int64_t>(row), 1);
    CHECK(play(model, request_of(context, {rows[row]})).codes.front() == batch[row]);
  }
}

TEST_CASE("guidance of 1 or less means unguided: one stream, the conditional logits") {
  LanguageModel model = tiny_model();
  DecodeRequest request = request_of(some_text(1), {{5, {}}});
  request.sampling.guidance = 1;
  const auto unguided = play(model, request).codes;
  request.sampling.guidance = 0;
  CHECK(play(model, request).codes == unguided);
  request.sampling.guidance = 3;
  CHECK(play(model, request).codes != unguided);
}

TEST_CASE("without text guidance changes nothing") {
  LanguageModel model = tiny_model();
  DecodeRequest request = request_of(some_text(1), {{5, {}}});
  request.mask = at::zeros({1, 3}, at::kLong);
  const auto guided = play(model, request).codes;
  request.sampling.guidance = 1;
  CHECK(play(model, request).codes == guided);
}

TEST_CASE("guided logits are null + guidance * (conditional - null)") {
  LanguageModel model = tiny_model();
  DecodeRequest request = request_of(some_text(1), {{5, {}}});
  std::vector<float> heard[3];
  const double guidances[3] = {1, 2, 4};
  for (int i = 0; i < 3; ++i) {
    request.sampling.guidance = guidances[i];
    request.observer = [&, i](std::int64_t step, std::span<const float> logits) {
      if (step == 1) heard[i].assign(logits.begin(), logits.end());
    };
    play(model, request);
  }
  // Linear in guidance: from 1 and 2 follows 4.
  for (std::size_t i = 0; i < heard[0].size(); ++i)
    CHECK(heard[2][i] == doctest::Approx(3 * heard[1][i] - 2 * heard[0][i]).epsilon(1e-3));
}

TEST_CASE("progress counts every step of the stage decode") {
  LanguageModel model = tiny_model();
  CountingProgress progress;
  decode_tokens(model, request_of(some_text(1), {{1, {}}}), progress, StopFlag());
  CHECK(progress.log == "decode/11/end");
  CHECK(progress.last == 11);
  CHECK(progress.num_advances == 11);
}

TEST_CASE("a request to stop ends the loop within a step") {
  class StoppingProgress final : public ProgressReporter {
   public:
    explicit StoppingProgress(StopFlag& stop) : stop_(stop) {}
    void begin(std::string_view, std::int64_t) override {}
    void advance(std::int64_t done) override {
      last = done;
      if (done == 4) stop_.request(SIGINT);
    }
    void end() override {}
    std::int64_t last = 0;

   private:
    StopFlag& stop_;
  };
  LanguageModel model = tiny_model();
  StopFlag stop;
  StoppingProgress progress(stop);
  try {
    decode_tokens(model, request_of(some_text(1), {{1, {}}}), progress, stop);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::interrupted);
  }
  CHECK(progress.last == 4);
}

TEST_CASE("a NaN that reaches the logits fails the row, naming the step") {
  LanguageModel model = tiny_model();
  at::Tensor text = some_text(1);
  text.fill_(std::numeric_limits<float>::quiet_NaN());
  try {
    play(model, request_of(text, {{1, {}}}));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::bad_model);
    CHECK(error.sentence().find("step 1, codebook 0") != std::string::npos);
  }
}

TEST_CASE("a row that failed leaves nothing behind for the next") {
  for (const char* precision : {"fp32", "bf16"}) {
    LanguageModel model = tiny_model(precision);
    const at::Tensor text = some_text(1).narrow(1, 0, 1);
    const auto before = play(model, request_of(text, {{1, {}}})).codes;
    // NaN reaches many columns of the cache, and more text than the next row has.
    const at::Tensor bad = at::full_like(some_text(1), std::nan(""));
    const std::vector<std::int16_t> prompt(4 * 7, 5);
    CHECK_THROWS_AS(play(model, request_of(bad, {{1, prompt}})), Error);
    CHECK(play(model, request_of(text, {{1, {}}})).codes == before);
    const at::Tensor both = at::cat({bad, at::cat({text, bad.narrow(1, 0, 2)}, 1)});
    DecodeRequest request = request_of(both, {{1, prompt}, {1, prompt}});
    request.mask[1].narrow(0, 1, 2).fill_(0);
    CHECK_THROWS_AS(play(model, request), Error);
    request = request_of(at::cat({text, text}), {{1, {}}, {1, {}}});
    CHECK(play(model, request).codes.front() == before.front());
  }
}

TEST_CASE("prompts of different length in one batch are refused") {
  LanguageModel model = tiny_model();
  CHECK_THROWS_AS(
      play(model, request_of(some_text(2), {{1, {}}, {2, std::vector<std::int16_t>(4, 0)}})),
      Error);
}

}  // namespace
}  // namespace cadenza

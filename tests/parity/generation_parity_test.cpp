// Whole generations against transformers, greedy: every token, the first steps' logits, the sound.
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/encodec/audio_codec.h"
#include "models/musicgen/conditioning.h"
#include "models/musicgen/decode_loop.h"
#include "tests/support/fixture_checkpoint.h"
#include "tests/support/golden_tensors.h"
#include "tests/support/tolerances.h"

namespace cadenza {
namespace {

using testing::Goldens;
using testing::tensor_of;

nlohmann::json read_request(const std::string& golden) {
  std::ifstream file(testing::data_path(golden + ".json"));
  return nlohmann::json::parse(file).at("request");
}

// One golden generation: what was asked, and what came out.
struct Generation {
  Generation(const std::string& checkpoint, const std::string& golden)
      : name(checkpoint + " " + golden),
        goldens(checkpoint + "/goldens/" + golden + ".safetensors"),
        codes(tensor_of(goldens, "codes")) {
    const auto request = read_request(checkpoint + "/goldens/" + golden);
    guidance = request.at("guidance_scale");
    num_new_columns = request.at("max_new_tokens");
    if (!request.at("prompts").is_null()) prompts = request.at("prompts");
  }

  std::int64_t num_rows() const { return codes.size(0); }
  std::int64_t num_frames() const { return codes.size(2); }
  // transformers gives as many frames as columns only where it drops the delay.
  bool is_delayed() const { return num_frames() != num_new_columns; }
  bool has_audio_prompt() const {
    return goldens.has("prompt.wave") || goldens.has("input_values");
  }
  // Three of the new columns only end the delay: P + n - 3 frames in all.
  std::int64_t num_prompt_frames() const {
    return has_audio_prompt() ? num_frames() - (num_new_columns - 3) : 0;
  }

  std::string name;
  Goldens goldens;
  at::Tensor codes;
  double guidance = 1;
  std::int64_t num_new_columns = 0;
  std::vector<std::string> prompts;  // empty: unconditional
};

at::Tensor tensor_of_codes(const std::vector<std::vector<std::int16_t>>& rows,
                           std::int64_t num_codebooks) {
  std::vector<at::Tensor> all;
  for (const auto& row : rows) {
    at::Tensor codes = at::empty({static_cast<std::int64_t>(row.size())}, at::kLong);
    std::copy(row.begin(), row.end(), codes.data_ptr<std::int64_t>());
    all.push_back(codes.view({num_codebooks, -1}));
  }
  return at::stack(all);
}

std::vector<std::int16_t> plain_codes(const at::Tensor& codes) {
  const at::Tensor flat = codes.contiguous();
  return {flat.data_ptr<std::int64_t>(), flat.data_ptr<std::int64_t>() + flat.numel()};
}

// A checkpoint, loaded once, playing goldens.
class Player {
 public:
  explicit Player(const std::string& name, DecoderKind kind = DecoderKind::fastest)
      : checkpoint_(testing::fixture_checkpoint(name)),
        conditioner_(checkpoint_->config(), checkpoint_->weights(),
                     checkpoint_->sentencepiece_model(), at::kCPU),
        model_(checkpoint_->config().decoder, checkpoint_->weights(), at::kCPU, "fp32", kind),
        codec_(checkpoint_->config().codec, checkpoint_->weights(), at::kCPU,
               /*with_encoder=*/true) {}

  // Rows [first, first + count) of the golden, in one batch.
  void check_tokens(const Generation& golden, std::int64_t first, std::int64_t count) {
    const auto [context, mask] = conditioning(golden, first, count);
    const DecoderConfig& config = model_.config();
    DecodeRequest request{
        context,
        mask,
        DelayPattern(static_cast<int>(config.num_codebooks), static_cast<int>(config.num_channels),
                     golden.num_frames(), golden.is_delayed()),
        {},
        audio_prompts(golden, first, count),
        {}};
    request.sampling.is_greedy = true;
    request.sampling.guidance = golden.guidance;
    std::vector<at::Tensor> first_logits;
    request.observer = [&](std::int64_t, std::span<const float> logits) {
      if (first_logits.size() == 4) return;
      at::Tensor copy = at::empty({count, config.num_codebooks, config.vocab_size}, at::kFloat);
      std::copy(logits.begin(), logits.end(), copy.data_ptr<float>());
      first_logits.push_back(copy);
    };
    NoProgress progress;
    const DecodeResult result = decode_tokens(model_, request, progress, StopFlag());
    CHECK(result.num_steps == golden.num_new_columns);
    testing::check_equal(tensor_of_codes(result.codes, config.num_codebooks),
                         golden.codes.narrow(0, first, count), golden.name + " tokens");
    testing::check_close(at::stack(first_logits),
                         tensor_of(golden.goldens, "scores.first").narrow(1, first, count),
                         testing::kLmGuidedLogitsTolerance, golden.name + " first logits");
  }

  void check_sound(const Generation& golden) {
    const bool is_stereo = model_.config().num_channels == 2;
    const at::Tensor wave =
        is_stereo ? codec_.decode_stereo(golden.codes) : codec_.decode(golden.codes);
    const auto check = [&](const std::string& key, const at::Tensor& part) {
      if (golden.goldens.has(key))
        testing::check_close(part, tensor_of(golden.goldens, key), testing::kWaveformTolerance,
                             golden.name + " " + key);
    };
    const std::int64_t size = wave.size(2), edge = std::min<std::int64_t>(size, 800);
    CHECK((golden.goldens.has("wave") || golden.goldens.has("wave.first")));
    check("wave", wave);
    check("wave.first", wave.narrow(2, 0, edge));
    check("wave.last", wave.narrow(2, size - edge, edge));
  }

 private:
  // Each prompt alone, then padded to the longest: what a batch of users' prompts looks like. The
  // reference's empty prompt is conditioned on the end token; for us that is a single space.
  std::pair<at::Tensor, at::Tensor> conditioning(const Generation& golden, std::int64_t first,
                                                 std::int64_t count) const {
    std::vector<Conditioning> rows;
    std::int64_t longest = 1;
    for (std::int64_t row = first; row < first + count && !golden.prompts.empty(); ++row) {
      const std::string& prompt = golden.prompts[static_cast<std::size_t>(row)];
      rows.push_back(conditioner_.encode(prompt.empty() ? " " : prompt));
      longest = std::max(longest, rows.back().mask.size(1));
    }
    at::Tensor context = at::zeros({count, longest, model_.config().hidden_size});
    at::Tensor mask = at::zeros({count, longest}, at::kLong);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const auto at = static_cast<std::int64_t>(row);
      context[at].narrow(0, 0, rows[row].mask.size(1)).copy_(rows[row].context[0]);
      mask[at].narrow(0, 0, rows[row].mask.size(1)).copy_(rows[row].mask[0]);
    }
    return {context, mask};
  }

  std::vector<DecodeRow> audio_prompts(const Generation& golden, std::int64_t first,
                                       std::int64_t count) {
    std::vector<DecodeRow> rows(static_cast<std::size_t>(count));
    if (!golden.has_audio_prompt()) return rows;
    const bool is_stereo = model_.config().num_channels == 2;
    const bool is_batch = golden.goldens.has("input_values");
    const at::Tensor wave = tensor_of(golden.goldens, is_batch ? "input_values" : "prompt.wave")
                                .view({golden.num_rows(), is_stereo ? 2 : 1, -1});
    const at::Tensor codes = is_stereo ? codec_.encode_stereo(wave) : codec_.encode(wave);
    testing::check_equal(codes, golden.codes.narrow(2, 0, golden.num_prompt_frames()),
                         golden.name + " prompt codes");
    for (std::int64_t row = 0; row < count; ++row)
      rows[static_cast<std::size_t>(row)].prompt = plain_codes(codes[first + row]);
    return rows;
  }

  std::shared_ptr<const Checkpoint> checkpoint_;
  TextConditioner conditioner_;
  LanguageModel model_;
  AudioCodec codec_;
};

const std::vector<std::string> kCases = {
    "guided",           "unguided",     "guidance_1.7",          "batch_guided",
    "batch_unguided",   "empty_prompt", "unconditional",         "no_delay_pattern",
    "shortest_delayed", "continuation", "continuation_unguided", "continuation_batch"};

TEST_CASE("every token of every golden generation equals the reference's, rows in one batch") {
  for (const char* checkpoint : {"mono", "stereo"}) {
    Player player(checkpoint);
    for (const std::string& name : kCases) {
      const Generation golden(checkpoint, name);
      player.check_tokens(golden, 0, golden.num_rows());
    }
  }
}

TEST_CASE("libtorch's operators, which CUDA runs on, give the same tokens") {
  for (const char* checkpoint : {"mono", "stereo"}) {
    Player player(checkpoint, DecoderKind::aten);
    for (const std::string& name : kCases) {
      const Generation golden(checkpoint, name);
      player.check_tokens(golden, 0, golden.num_rows());
    }
  }
}

TEST_CASE("a row of a golden batch, alone, gives the tokens it has in the batch") {
  for (const char* checkpoint : {"mono", "stereo"}) {
    Player player(checkpoint);
    for (const char* name :
         {"batch_guided", "batch_unguided", "unconditional", "continuation_batch"}) {
      const Generation golden(checkpoint, name);
      for (std::int64_t row = 0; row < golden.num_rows(); ++row)
        player.check_tokens(golden, row, 1);
    }
  }
}

TEST_CASE("the sound of every golden generation equals the reference's") {
  for (const char* checkpoint : {"mono", "stereo"}) {
    Player player(checkpoint);
    for (const std::string& name : kCases) player.check_sound(Generation(checkpoint, name));
  }
}

TEST_CASE("a sharded checkpoint plays what the single file plays") {
  Player player("sharded");
  const Generation golden("mono", "guided");
  player.check_tokens(golden, 0, 1);
  player.check_sound(golden);
}

}  // namespace
}  // namespace cadenza

#include <ATen/TensorOperators.h>

#include "models/read_tensor.h"
#include "models/t5/text_encoder.h"
#include "tests/support/fixture_checkpoint.h"
#include "tests/support/golden_tensors.h"
#include "tests/support/tolerances.h"

namespace {

using namespace cadenza;
using namespace cadenza::testing;

const at::Device kCpu(at::kCPU);

constexpr const char* kPositionTable =
    "text_encoder.encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight";

}  // namespace

TEST_CASE("hidden states of every prompt are the reference's, wherever there is text") {
  for (const std::string model : {"mono", "stereo"}) {
    const Goldens goldens(model + "/goldens/text.safetensors");
    const auto checkpoint = fixture_checkpoint(model);
    const TextEncoder encoder(checkpoint->config().text, checkpoint->weights(), kCpu);
    int num_prompts = 0;
    for (const std::string& name : goldens.names()) {
      if (!name.ends_with(".ids")) continue;
      const std::string prompt = name.substr(0, name.size() - 4);
      const at::Tensor mask = tensor_of(goldens, prompt + ".mask");
      const at::Tensor hidden = encoder.encode(tensor_of(goldens, name), mask);
      // The reference computes padded positions too; nothing reads them. Ours are zero.
      const at::Tensor expected =
          tensor_of(goldens, prompt + ".hidden") * mask.unsqueeze(-1).to(at::kFloat);
      check_close(hidden, expected, kTextHiddenTolerance, model + " " + prompt + ".hidden");
      ++num_prompts;
    }
    CHECK(num_prompts == (model == "mono" ? 6 : 3));
  }
}

TEST_CASE("the state after each block is the reference's") {
  for (const std::string model : {"mono", "stereo"}) {
    const Goldens goldens(model + "/goldens/text.safetensors");
    const auto checkpoint = fixture_checkpoint(model);
    const T5Config& config = checkpoint->config().text;
    const TextEncoder encoder(config, checkpoint->weights(), kCpu);
    const auto layers =
        encoder.encode_layers(tensor_of(goldens, "medium.ids"), tensor_of(goldens, "medium.mask"));
    CHECK(layers.size() == static_cast<std::size_t>(config.num_layers + 1));
    for (std::int64_t i = 0; i < config.num_layers; ++i) {
      const std::string name = "medium.block" + std::to_string(i);
      check_close(layers[static_cast<std::size_t>(i)], tensor_of(goldens, name),
                  kTextHiddenTolerance, model + " " + name);
    }
  }
}

TEST_CASE("position biases are the reference's") {
  const Goldens goldens("mono/goldens/text.safetensors");
  const auto checkpoint = fixture_checkpoint("mono");
  const T5Config& config = checkpoint->config().text;
  const at::Tensor table =
      read_tensor(checkpoint->weights(), kPositionTable, {config.num_buckets, config.num_heads});
  check_close(position_bias(table, config, 45), tensor_of(goldens, "position_bias_45"),
              kPositionBiasTolerance, "mono position_bias_45");
}

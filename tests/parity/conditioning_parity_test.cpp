// Words to context: ids, projection and mask against text.safetensors of each checkpoint.
#include <ATen/ops/zeros.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/musicgen/conditioning.h"
#include "tests/support/fixture_checkpoint.h"
#include "tests/support/golden_tensors.h"
#include "tests/support/tolerances.h"

namespace cadenza {
namespace {

using testing::tensor_of;

struct Words {
  explicit Words(const std::string& name)
      : checkpoint(testing::fixture_checkpoint(name)),
        goldens(name + "/goldens/text.safetensors"),
        prompts(
            nlohmann::json::parse(std::ifstream(testing::data_path(name + "/goldens/text.json")))
                .at("prompts")),
        projection(checkpoint->config(), checkpoint->weights(), at::kCPU) {}

  TextConditioner conditioner() const {
    return {checkpoint->config(), checkpoint->weights(), checkpoint->sentencepiece_model(),
            at::kCPU};
  }

  std::shared_ptr<const Checkpoint> checkpoint;
  testing::Goldens goldens;
  nlohmann::json prompts;
  TextProjection projection;
};

TEST_CASE("projection x mask equals the reference's, and padded rows are exactly zero") {
  for (const char* name : {"mono", "stereo"}) {
    const Words words(name);
    for (const auto& [prompt, texts] : words.prompts.items()) {
      const at::Tensor mask = tensor_of(words.goldens, prompt + ".mask");
      const at::Tensor found = words.projection(tensor_of(words.goldens, prompt + ".hidden"), mask);
      testing::check_close(found, tensor_of(words.goldens, prompt + ".conditioning"),
                           testing::kConditioningTolerance, name + (" " + prompt));
      const at::Tensor padding = found.index({mask.eq(0)});
      testing::check_equal(padding, at::zeros(padding.sizes()), prompt + " padding");
    }
  }
}

TEST_CASE("a prompt's ids and context equal the reference's, alone and from its padded batch") {
  for (const char* name : {"mono", "stereo"}) {
    const Words words(name);
    const TextConditioner conditioner = words.conditioner();
    for (const auto& [prompt, texts] : words.prompts.items()) {
      const at::Tensor ids = tensor_of(words.goldens, prompt + ".ids");
      const at::Tensor context = tensor_of(words.goldens, prompt + ".conditioning");
      for (std::size_t row = 0; row < texts.size(); ++row) {
        const std::string text = texts[row];
        if (text.empty()) continue;  // "" is unconditioned here, see below
        const Conditioning found = conditioner.encode(text);
        const auto length = static_cast<std::int64_t>(found.ids.size());
        const auto at = static_cast<std::int64_t>(row);
        at::Tensor found_ids = at::zeros({length}, at::kLong);
        for (std::int64_t i = 0; i < length; ++i)
          found_ids[i].fill_(found.ids[static_cast<std::size_t>(i)]);
        const std::string what = name + (" " + prompt) + " row " + std::to_string(row);
        testing::check_equal(found_ids, ids[at].narrow(0, 0, length), what + " ids");
        testing::check_close(found.context[0], context[at].narrow(0, 0, length),
                             testing::kConditioningTolerance, what);
      }
    }
  }
}

TEST_CASE("an empty prompt means unconditioned; a single space is conditioned on the end token") {
  const Words words("mono");
  const TextConditioner conditioner = words.conditioner();
  const Conditioning empty = conditioner.encode("");
  CHECK(empty.ids.empty());
  CHECK(empty.mask.sum().item<std::int64_t>() == 0);
  const Conditioning space = conditioner.encode(" ");
  CHECK(space.ids == std::vector<std::int32_t>{1});
  CHECK(space.mask.sum().item<std::int64_t>() == 1);
  testing::check_close(space.context, tensor_of(words.goldens, "empty.conditioning"),
                       testing::kConditioningTolerance, "the end token alone");
}

TEST_CASE("the null context is zero after the projection, bias included") {
  const Words words("mono");
  const std::int64_t width = words.checkpoint->config().text.d_model;
  const at::Tensor hidden = at::zeros({1, 3, width}), mask = at::zeros({1, 3}, at::kLong);
  const at::Tensor null = words.projection(hidden, mask);
  testing::check_equal(null, at::zeros(null.sizes()), "null context");
  // The trap: projected without the mask, zeros leave the bias behind.
  CHECK(words.projection(hidden, mask.add(1)).abs().max().item<float>() > 0);
}

}  // namespace
}  // namespace cadenza

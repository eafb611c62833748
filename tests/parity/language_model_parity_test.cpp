// The language model against transformers' own states and logits: lm.safetensors of each
// checkpoint.
#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <map>
#include <string>

#include "models/musicgen/language_model.h"
#include "tests/support/fixture_checkpoint.h"
#include "tests/support/golden_tensors.h"
#include "tests/support/tolerances.h"

namespace cadenza {
namespace {

using testing::check_close;
using testing::kLmGuidedLogitsTolerance;
using testing::kLmHiddenTolerance;
using testing::kLmLogitsTolerance;
using testing::tensor_of;

// Prompts MEDIUM (padded) and LONG, a block of 20 random columns.
struct Walk {
  explicit Walk(const std::string& checkpoint)
      : goldens(checkpoint + "/goldens/lm.safetensors"),
        model(language_model(*testing::fixture_checkpoint(checkpoint))),
        tokens(tensor_of(goldens, "tokens")),
        mask(tensor_of(goldens, "mask")) {
    const testing::Goldens text(checkpoint + "/goldens/text.safetensors");
    const at::Tensor batch = tensor_of(text, "batch.conditioning");
    context = at::stack({batch[0], batch[2]});
  }

  at::Tensor forward(bool is_null, LayerStates* states = nullptr) {
    model.reset(is_null ? at::zeros_like(context) : context, is_null ? at::zeros_like(mask) : mask,
                tokens.size(2));
    return model.forward_all(tokens, states);
  }

  static LanguageModel language_model(const Checkpoint& checkpoint) {
    return {checkpoint.config().decoder, checkpoint.weights(), at::kCPU, "fp32"};
  }

  testing::Goldens goldens;
  LanguageModel model;
  at::Tensor tokens, mask, context;
};

TEST_CASE("every intermediate state of the decoder equals the reference's") {
  for (const char* checkpoint : {"mono", "stereo"}) {
    Walk walk(checkpoint);
    LayerStates states;
    walk.forward(false, &states);
    std::map<std::string, std::vector<at::Tensor>> found;
    for (const auto& [name, value] : states) found[name].push_back(value);
    int num_compared = 0;
    for (const auto& [name, parts] : found) {
      if (!walk.goldens.has("cond." + name)) continue;  // attention is kept for layer 0 only
      check_close(at::cat(parts), tensor_of(walk.goldens, "cond." + name), kLmHiddenTolerance,
                  std::string(checkpoint) + " " + name);
      ++num_compared;
    }
    CHECK(num_compared == 4 + walk.model.config().num_layers);
  }
}

TEST_CASE("conditional, null and guided logits equal the reference's") {
  for (const char* checkpoint : {"mono", "stereo"}) {
    Walk walk(checkpoint);
    const std::string name = checkpoint;
    const at::Tensor conditional = walk.forward(false), null = walk.forward(true);
    check_close(conditional, tensor_of(walk.goldens, "logits.cond"), kLmLogitsTolerance,
                name + " conditional logits");
    check_close(null, tensor_of(walk.goldens, "logits.null"), kLmLogitsTolerance,
                name + " null logits");
    check_close(null.add(conditional.sub(null), 3.0), tensor_of(walk.goldens, "logits.guided3"),
                kLmGuidedLogitsTolerance, name + " logits guided by 3");
  }
}

TEST_CASE("teacher-forced cached steps equal the reference's cached steps") {
  for (const char* checkpoint : {"mono", "stereo"}) {
    Walk walk(checkpoint);
    const at::Tensor expected = tensor_of(walk.goldens, "logits.cached12");
    walk.model.reset(walk.context, walk.mask, 12);
    std::vector<at::Tensor> steps;
    for (std::int64_t step = 0; step < 12; ++step)
      steps.push_back(walk.model.step(walk.tokens.narrow(2, step, 1)).clone());
    check_close(at::stack(steps, 2), expected, kLmLogitsTolerance,
                std::string(checkpoint) + " cached logits");
  }
}

}  // namespace
}  // namespace cadenza

// The language model against transformers' own states and logits: lm.safetensors of each
// checkpoint.
#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/musicgen/aten_decoder.h"
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

constexpr const char* kCheckpoints[] = {"mono", "stereo"};
constexpr DecoderKind kBothKinds[] = {DecoderKind::fastest, DecoderKind::aten};

// Two rows, prompts MEDIUM (padded) and LONG, of a block of 20 random columns.
struct Walk {
  explicit Walk(const std::string& name)
      : checkpoint(testing::fixture_checkpoint(name)),
        goldens(name + "/goldens/lm.safetensors"),
        tokens(tensor_of(goldens, "tokens")),
        mask(tensor_of(goldens, "mask")) {
    const testing::Goldens text(name + "/goldens/text.safetensors");
    const at::Tensor batch = tensor_of(text, "batch.conditioning");
    context = at::stack({batch[0], batch[2]});
  }

  // One column at a time -> (B, K, S, V)
  at::Tensor stepped(LanguageModel& model, const at::Tensor& with_mask) const {
    model.reset(context, with_mask, tokens.size(2));
    std::vector<at::Tensor> steps;
    for (std::int64_t step = 0; step < tokens.size(2); ++step)
      steps.push_back(model.step(tokens.narrow(2, step, 1)).clone());
    return at::stack(steps, 2);
  }

  std::shared_ptr<const Checkpoint> checkpoint;
  testing::Goldens goldens;
  at::Tensor tokens, mask, context;
};

TEST_CASE("every intermediate state of the decoder equals the reference's") {
  for (const std::string name : kCheckpoints) {
    const Walk walk(name);
    const DecoderConfig& config = walk.checkpoint->config().decoder;
    AtenDecoder decoder(config, {walk.checkpoint->weights(), at::kCPU, at::kFloat});
    const std::int64_t length = walk.mask[0].sum().item<std::int64_t>();
    decoder.reset({walk.context[0].narrow(0, 0, length), walk.context[1]}, walk.tokens.size(2));
    LayerStates states;
    const at::Tensor logits = decoder.feed_all(walk.tokens, &states);
    check_close(logits, tensor_of(walk.goldens, "logits.cond"), kLmLogitsTolerance,
                name + " logits of all columns at once");
    std::map<std::string, std::vector<at::Tensor>> found;
    for (const auto& [state, value] : states) found[state].push_back(value);
    int num_compared = 0;
    for (const auto& [state, parts] : found) {
      if (!walk.goldens.has("cond." + state)) continue;  // attention is kept for layer 0 only
      check_close(at::cat(parts), tensor_of(walk.goldens, "cond." + state), kLmHiddenTolerance,
                  name + " " + state);
      ++num_compared;
    }
    CHECK(num_compared == 4 + config.num_layers);
  }
}

TEST_CASE("conditional, null and guided logits of teacher-forced steps equal the reference's") {
  for (const std::string name : kCheckpoints) {
    const Walk walk(name);
    for (const DecoderKind kind : kBothKinds) {
      LanguageModel model(walk.checkpoint->config().decoder, walk.checkpoint->weights(), at::kCPU,
                          "fp32", kind);
      const std::string who = name + (kind == DecoderKind::aten ? " ATen" : " CPU");
      const at::Tensor conditional = walk.stepped(model, walk.mask);
      const at::Tensor null = walk.stepped(model, at::zeros_like(walk.mask));
      check_close(conditional, tensor_of(walk.goldens, "logits.cond"), kLmLogitsTolerance,
                  who + " conditional logits");
      check_close(conditional.narrow(2, 0, 12), tensor_of(walk.goldens, "logits.cached12"),
                  kLmLogitsTolerance, who + " logits of cached steps");
      check_close(null, tensor_of(walk.goldens, "logits.null"), kLmLogitsTolerance,
                  who + " null logits");
      check_close(null.add(conditional.sub(null), 3.0), tensor_of(walk.goldens, "logits.guided3"),
                  kLmGuidedLogitsTolerance, who + " logits guided by 3");
    }
  }
}

}  // namespace
}  // namespace cadenza

#include "models/t5/text_encoder.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "lib/error.h"
#include "tests/support/fixture_model.h"
#include "tests/support/golden_tensors.h"
#include "tests/support/tolerances.h"

namespace {

using namespace cadenza;
using namespace cadenza::testing;

const at::Device kCpu(at::kCPU);

TextEncoder fixture_encoder(const std::string& model) {
  return {fixture_config(model).text, fixture_weights(model), kCpu};
}

// ids (1, L), different for every first id.
at::Tensor some_ids(std::int64_t first, std::int64_t length) {
  return ((at::arange(length, at::kLong) + first) * 37).remainder(1000).unsqueeze(0);
}

at::Tensor zeros_of(std::int64_t length) { return at::zeros({1, length}, at::kLong); }
at::Tensor ones_of(std::int64_t length) { return at::ones({1, length}, at::kLong); }

}  // namespace

TEST_CASE("a prompt's hidden states depend neither on padding nor on neighbours, bit for bit") {
  // The stereo model's heads are wider together than the model: 4 * 12 against 40.
  for (const std::string model : {"mono", "stereo"}) {
    const TextEncoder encoder = fixture_encoder(model);
    const at::Tensor alone = encoder.encode(some_ids(3, 5), ones_of(5));
    const at::Tensor ids = at::cat({at::cat({some_ids(3, 5), zeros_of(9)}, 1), some_ids(50, 14)});
    const at::Tensor mask = at::cat({at::cat({ones_of(5), zeros_of(9)}, 1), ones_of(14)});
    const at::Tensor together = encoder.encode(ids, mask);
    check_equal(together[0].narrow(0, 0, 5), alone[0], model + " text");
    check_equal(together[0].narrow(0, 5, 9), at::zeros({9, alone.size(2)}), model + " padding");
    check_equal(together[1], encoder.encode(some_ids(50, 14), ones_of(14))[0],
                model + " neighbour");
  }
}

TEST_CASE("what stands at padded positions changes nothing") {
  const TextEncoder encoder = fixture_encoder("mono");
  const at::Tensor mask = at::cat({ones_of(4), zeros_of(3)}, 1);
  const at::Tensor zeros = encoder.encode(at::cat({some_ids(1, 4), zeros_of(3)}, 1), mask);
  const at::Tensor others = encoder.encode(at::cat({some_ids(1, 4), some_ids(9, 3)}, 1), mask);
  check_equal(others, zeros, "hidden");
}

TEST_CASE("padding on the left is masked: positions are relative, so the text's states stay") {
  const TextEncoder encoder = fixture_encoder("mono");
  const at::Tensor alone = encoder.encode(some_ids(3, 6), ones_of(6));
  const at::Tensor padded = encoder.encode(at::cat({zeros_of(4), some_ids(3, 6)}, 1),
                                           at::cat({zeros_of(4), ones_of(6)}, 1));
  const Comparison comparison = compare(padded.narrow(1, 4, 6), alone, kTextHiddenTolerance);
  CHECK_MESSAGE(comparison.is_close(), comparison.text());
}

TEST_CASE("a row of nothing but padding gives zeros, not NaN") {
  const TextEncoder encoder = fixture_encoder("mono");
  check_equal(encoder.encode(zeros_of(4), zeros_of(4)), at::zeros({1, 4, 48}), "hidden");
}

TEST_CASE("one thread and two give the same hidden states, bit for bit") {
  const TextEncoder encoder = fixture_encoder("mono");
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor alone = encoder.encode(some_ids(0, 77), ones_of(77));
  at::set_num_threads(2);
  check_equal(encoder.encode(some_ids(0, 77), ones_of(77)), alone, "hidden");
  at::set_num_threads(before);
}

TEST_CASE("ids beyond the vocabulary and masks of another shape are refused at the door") {
  const TextEncoder encoder = fixture_encoder("mono");
  CHECK_THROWS_WITH_AS(encoder.encode(zeros_of(3).fill_(1104), ones_of(3)),
                       "ids: expected ids from 0 to 1103, found 1104", Error);
  CHECK_THROWS_WITH_AS(encoder.encode(zeros_of(3), ones_of(4)),
                       "mask: expected shape (1, 3), found (1, 4)", Error);
}

TEST_CASE("a text weight of another shape than the configuration needs is named") {
  MapWeights weights = fixture_weights("mono");
  T5Config config = fixture_config("mono").text;
  config.d_ff = 95;
  CHECK_THROWS_WITH_AS(TextEncoder(config, weights, kCpu),
                       "text_encoder.encoder.block.0.layer.1.DenseReluDense.wi.weight: expected "
                       "shape (95, 48), found (96, 48)",
                       Error);
}

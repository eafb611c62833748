// The convolutions as matrix products against ATen's own convolutions on (C, T) maps.
#include "models/encodec/conv.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv1d.h>
#include <ATen/ops/conv_transpose1d.h>
#include <ATen/ops/elu.h>
#include <ATen/ops/reflection_pad1d.h>

#include <algorithm>

#include "models/encodec/padding.h"
#include "models/encodec/transposed_conv.h"
#include "tests/support/fixture_model.h"
#include "tests/support/golden_tensors.h"
#include "tests/support/tolerances.h"

namespace {

using namespace cadenza;
using namespace cadenza::testing;

const at::Device kCpu(at::kCPU);

// Values between -1 and 1 without a pattern that a wrong tap could hide in.
std::vector<float> some_values(std::int64_t count, std::uint32_t seed) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) {
    seed = seed * 1664525u + 1013904223u;
    value = static_cast<float>(seed >> 8) / 8388608.0f - 1.0f;
  }
  return values;
}

at::Tensor some_tensor(const std::vector<std::int64_t>& shape, std::uint32_t seed) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return tensor_of(Golden{"F32", shape, some_values(count, seed), {}});
}

MapWeights conv_weights(const std::vector<std::int64_t>& shape, std::int64_t out) {
  MapWeights weights;
  weights.weights["layer.conv.weight"] = {shape, some_values(shape[0] * shape[1] * shape[2], 1)};
  weights.weights["layer.conv.bias"] = {{out}, some_values(out, 2)};
  return weights;
}

at::Tensor tensor_of(const MapWeights& weights, const std::string& name) {
  const auto& weight = weights.weights.at(name);
  return cadenza::testing::tensor_of(Golden{"F32", weight.shape, weight.values, {}});
}

// pad1d of audiocraft, word for word: x (1, C, T).
at::Tensor pad1d(at::Tensor x, std::int64_t left, std::int64_t right, bool is_reflect) {
  if (!is_reflect) return at::constant_pad_nd(x, {left, right}, 0);
  const std::int64_t longest = std::max(left, right), length = x.size(2);
  std::int64_t extra = 0;
  if (length <= longest) {
    extra = longest - length + 1;
    x = at::constant_pad_nd(x, {0, extra}, 0);
  }
  const at::Tensor padded = at::reflection_pad1d(x, {left, right});
  return padded.narrow(2, 0, padded.size(2) - extra);
}

}  // namespace

TEST_CASE("a convolution is conv1d of the padded, activated map, for every kind in the codec") {
  struct Case {
    ConvShape shape;
    bool is_reflect;
  };
  const Case cases[] = {
      {{.in_channels = 1, .out_channels = 6, .kernel = 7}, true},
      {{.in_channels = 6, .out_channels = 1, .kernel = 7}, false},
      {{.in_channels = 4, .out_channels = 8, .kernel = 8, .stride = 4}, true},
      {{.in_channels = 4, .out_channels = 8, .kernel = 10, .stride = 5}, true},
      {{.in_channels = 4, .out_channels = 8, .kernel = 16, .stride = 8}, false},
      {{.in_channels = 4, .out_channels = 2, .kernel = 3, .dilation = 2}, true},
      {{.in_channels = 4, .out_channels = 2, .kernel = 3, .dilation = 4}, true},
      {{.in_channels = 4, .out_channels = 3, .kernel = 7, .stride = 2}, true},
      {{.in_channels = 4, .out_channels = 2, .kernel = 1}, true},
  };
  for (const auto& [shape, is_reflect] : cases) {
    const MapWeights weights =
        conv_weights({shape.out_channels, shape.in_channels, shape.kernel}, shape.out_channels);
    ConvShape activated = shape;
    activated.before = Activation::elu;
    const Conv conv(weights, "layer", activated, is_reflect, kCpu);
    // Longer than a piece of work, so that seams are crossed; and shorter than the padding.
    for (const std::int64_t rows : {1, 2, 3, 4, 7, 100, 9001}) {
      CAPTURE(rows);
      const at::Tensor map = some_tensor({rows, shape.in_channels}, 3);
      const Padding padding = same_padding(rows, shape.kernel, shape.stride, shape.dilation);
      const at::Tensor padded =
          pad1d(at::elu(map).t().unsqueeze(0), padding.left, padding.right, is_reflect);
      const at::Tensor expected = at::conv1d(padded, tensor_of(weights, "layer.conv.weight"),
                                             tensor_of(weights, "layer.conv.bias"), shape.stride,
                                             at::IntArrayRef{0}, shape.dilation)[0]
                                      .t();
      const Comparison comparison = compare(conv.forward(map), expected, kCodecLayerTolerance);
      CHECK_MESSAGE(comparison.is_close(), comparison.text());
    }
  }
}

TEST_CASE("a transposed convolution is conv_transpose1d, trimmed by ceil(s / 2) and floor(s / 2)") {
  for (const std::int64_t stride : {1, 2, 4, 5, 8}) {
    const MapWeights weights = conv_weights({6, 3, 2 * stride}, 3);
    const TransposedConv conv(weights, "layer", 6, 3, stride, kCpu);
    for (const std::int64_t rows : {1, 2, 127, 128, 129, 3000}) {
      CAPTURE(stride);
      CAPTURE(rows);
      const at::Tensor map = some_tensor({rows, 6}, 3);
      const at::Tensor whole = at::conv_transpose1d(
          at::elu(map).t().unsqueeze(0), tensor_of(weights, "layer.conv.weight"),
          tensor_of(weights, "layer.conv.bias"), stride)[0];
      const at::Tensor expected = whole.narrow(1, stride - stride / 2, rows * stride).t();
      const Comparison comparison = compare(conv.forward(map), expected, kCodecLayerTolerance);
      CHECK_MESSAGE(comparison.is_close(), comparison.text());
    }
  }
}

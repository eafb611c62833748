#include "models/t5/text_encoder.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include <limits>
#include <string>

#include "models/fixed_pieces.h"
#include "models/read_tensor.h"
#include "models/shapes.h"
#include "models/t5/relative_position.h"

namespace cadenza {

namespace {

struct Block {
  at::Tensor attention_norm;       // (d_model)
  at::Tensor query, key, value;    // (H * d_kv, d_model)
  at::Tensor output;               // (d_model, H * d_kv)
  at::Tensor feed_forward_norm;    // (d_model)
  at::Tensor widen, narrow_again;  // (d_ff, d_model), (d_model, d_ff)
};

Block read_block(const T5Config& config, const WeightReader& weights, const at::Device& device,
                 std::int64_t number) {
  const std::string name = "text_encoder.encoder.block." + std::to_string(number) + ".layer.";
  const auto read = [&](const char* part, std::initializer_list<std::int64_t> sizes) {
    return read_tensor(weights, name + part + ".weight", sizes).to(device);
  };
  const std::int64_t width = config.d_model, inner = config.num_heads * config.d_kv;
  return {.attention_norm = read("0.layer_norm", {width}),
          .query = read("0.SelfAttention.q", {inner, width}),
          .key = read("0.SelfAttention.k", {inner, width}),
          .value = read("0.SelfAttention.v", {inner, width}),
          .output = read("0.SelfAttention.o", {width, inner}),
          .feed_forward_norm = read("1.layer_norm", {width}),
          .widen = read("1.DenseReluDense.wi", {config.d_ff, width}),
          .narrow_again = read("1.DenseReluDense.wo", {width, config.d_ff})};
}

// T5's layer norm: scale only, no mean subtracted, no bias.
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  return weight * (x * at::rsqrt(x.square().mean(-1, /*keepdim=*/true) + eps));
}

// A row's length: what is behind its last text position is not computed at all.
std::int64_t text_length(const at::Tensor& mask_row) {
  const at::Tensor positions = mask_row.nonzero();
  return positions.size(0) == 0 ? 0 : positions[-1].item<std::int64_t>() + 1;
}

}  // namespace

at::Tensor position_bias(const at::Tensor& table, const T5Config& config, std::int64_t length) {
  const at::Tensor buckets = at::empty({length, length}, at::kLong);
  auto* bucket = buckets.data_ptr<std::int64_t>();
  for (std::int64_t query = 0; query < length; ++query)
    for (std::int64_t key = 0; key < length; ++key)
      *bucket++ = relative_position_bucket(key - query, config.num_buckets, config.max_distance);
  return table.index_select(0, buckets.view({-1}).to(table.device()))
      .view({length, length, config.num_heads})
      .permute({2, 0, 1});
}

struct TextEncoder::Impl {
  T5Config config;
  at::Device device;
  at::Tensor embedding;       // (vocabulary, d_model)
  at::Tensor position_table;  // (buckets, H)
  std::vector<Block> blocks;
  at::Tensor final_norm;  // (d_model)

  at::Tensor bias(const at::Tensor& mask) const;
  at::Tensor attend(const Block& block, const at::Tensor& x, const at::Tensor& bias) const;
  std::vector<at::Tensor> row(const at::Tensor& ids, const at::Tensor& mask) const;
};

// mask (L) -> what is added to the scores (H, L, L): position bias, and a penalty on padded keys.
// The penalty is finite, so that a row of nothing but padding gives numbers, not NaN.
at::Tensor TextEncoder::Impl::bias(const at::Tensor& mask) const {
  const at::Tensor padded = mask.to(device).eq(0).to(at::kFloat);
  return position_bias(position_table, config, mask.size(0)) +
         padded * std::numeric_limits<float>::lowest();
}

// x (L, d_model) normed -> (L, d_model). The scores are not divided by sqrt(d_kv): T5's weights
// were trained without.
at::Tensor TextEncoder::Impl::attend(const Block& block, const at::Tensor& x,
                                     const at::Tensor& bias) const {
  const std::int64_t length = x.size(0);
  const auto heads = [&](const at::Tensor& weight) {
    return at::linear(x, weight).view({length, config.num_heads, config.d_kv}).transpose(0, 1);
  };
  const at::Tensor scores = at::matmul(heads(block.query), heads(block.key).transpose(1, 2)) + bias;
  const at::Tensor mixed = at::matmul(at::softmax(scores, -1), heads(block.value));
  return at::linear(mixed.transpose(0, 1).reshape({length, -1}), block.output);
}

// ids (L), mask (L) -> states (L, d_model) after each block and after the final norm.
std::vector<at::Tensor> TextEncoder::Impl::row(const at::Tensor& ids,
                                               const at::Tensor& mask) const {
  std::vector<at::Tensor> states;
  const at::Tensor score_bias = bias(mask);
  at::Tensor x = embedding.index_select(0, ids.to(device));
  for (const Block& block : blocks) {
    x = x + attend(block, rms_norm(x, block.attention_norm, config.layer_norm_eps), score_bias);
    const at::Tensor normed = rms_norm(x, block.feed_forward_norm, config.layer_norm_eps);
    x = x + at::linear(at::relu(at::linear(normed, block.widen)), block.narrow_again);
    states.push_back(x);
  }
  states.push_back(rms_norm(x, final_norm, config.layer_norm_eps));
  return states;
}

TextEncoder::TextEncoder(const T5Config& config, const WeightReader& weights,
                         const at::Device& device)
    : impl_(new Impl{.config = config, .device = device}) {
  impl_->embedding =
      read_tensor(weights, "text_encoder.shared.weight", {config.vocab_size, config.d_model})
          .to(device);
  impl_->position_table =
      read_tensor(
          weights,
          "text_encoder.encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
          {config.num_buckets, config.num_heads})
          .to(device);
  for (std::int64_t number = 0; number < config.num_layers; ++number)
    impl_->blocks.push_back(read_block(config, weights, device, number));
  impl_->final_norm =
      read_tensor(weights, "text_encoder.encoder.final_layer_norm.weight", {config.d_model})
          .to(device);
}

TextEncoder::~TextEncoder() = default;

at::Tensor TextEncoder::encode(const at::Tensor& ids, const at::Tensor& mask) const {
  return encode_layers(ids, mask).back();
}

std::vector<at::Tensor> TextEncoder::encode_layers(const at::Tensor& ids,
                                                   const at::Tensor& mask) const {
  const c10::InferenceMode guard;
  expect_shape(ids, {-1, -1}, "ids");
  expect_shape(mask, {ids.size(0), ids.size(1)}, "mask");
  expect_ids(ids, impl_->config.vocab_size, "ids");
  std::vector<at::Tensor> layers;
  for (std::size_t layer = 0; layer <= impl_->blocks.size(); ++layer)
    layers.push_back(at::zeros({ids.size(0), ids.size(1), impl_->config.d_model},
                               at::TensorOptions().device(impl_->device)));
  // One row at a time, at its own length: padding and neighbours cannot change a bit of it.
  for_each_piece(impl_->device, ids.size(0), 1, [&](std::int64_t first, std::int64_t count) {
    for (std::int64_t row = first; row < first + count; ++row) {
      const std::int64_t length = text_length(mask[row]);
      if (length == 0) continue;
      const auto states = impl_->row(ids[row].narrow(0, 0, length), mask[row].narrow(0, 0, length));
      for (std::size_t layer = 0; layer < states.size(); ++layer)
        layers[layer][row].narrow(0, 0, length).copy_(states[layer]);
    }
  });
  return layers;
}

}  // namespace cadenza

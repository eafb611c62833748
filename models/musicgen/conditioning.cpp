#include "models/musicgen/conditioning.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>

#include "models/read_tensor.h"
#include "models/shapes.h"

namespace cadenza {

TextProjection::TextProjection(const MusicgenConfig& config, const WeightReader& weights,
                               const at::Device& device) {
  const std::int64_t from = config.text.d_model, to = config.decoder.hidden_size;
  if (from == to) return;
  weight_ = read_tensor(weights, "enc_to_dec_proj.weight", {to, from}).to(device);
  bias_ = read_tensor(weights, "enc_to_dec_proj.bias", {to}).to(device);
}

at::Tensor TextProjection::operator()(const at::Tensor& hidden, const at::Tensor& mask) const {
  expect_shape(mask, {hidden.size(0), hidden.size(1)}, "mask");
  const at::Tensor projected = weight_.defined() ? at::linear(hidden, weight_, bias_) : hidden;
  return projected.mul(mask.to(projected.device(), at::kFloat).unsqueeze(-1));
}

TextConditioner::TextConditioner(const MusicgenConfig& config, const WeightReader& weights,
                                 std::string_view sentencepiece_model, const at::Device& device)
    : tokenizer_(sentencepiece_model),
      encoder_(config.text, weights, device),
      projection_(config, weights, device),
      device_(device),
      width_(config.decoder.hidden_size) {}

Conditioning TextConditioner::encode(const std::string& text) const {
  const c10::InferenceMode guard;
  if (text.empty())
    return {{}, at::zeros({1, 1, width_}, at::device(device_)), at::zeros({1, 1}, at::kLong)};
  const std::vector<std::int32_t> ids = tokenizer_.encode(text);
  at::Tensor row = at::empty({1, static_cast<std::int64_t>(ids.size())}, at::kLong);
  std::copy(ids.begin(), ids.end(), row.data_ptr<std::int64_t>());
  const at::Tensor mask = at::ones_like(row);
  return {ids, projection_(encoder_.encode(row, mask), mask), mask};
}

}  // namespace cadenza

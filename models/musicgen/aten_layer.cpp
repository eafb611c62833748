#include "models/musicgen/aten_layer.h"

#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include "models/musicgen/decoder_names.h"

namespace cadenza {

namespace {

constexpr double kEpsilon = 1e-5;

}  // namespace

LayerNorm::LayerNorm(const WeightSource& source, const std::string& prefix)
    : weight_(source.vector(prefix + ".weight")), bias_(source.vector(prefix + ".bias")) {}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
  return at::layer_norm(x, weight_.sizes(), weight_, bias_, kEpsilon);
}

AtenLayer::AtenLayer(const DecoderConfig& config, const WeightSource& source, std::int64_t index)
    : index_(index), num_heads_(config.num_heads), dtype_(source.dtype) {
  const LayerNames names(index);
  self_norm_ = LayerNorm(source, names.self_norm);
  qkv_ = AtenLinear(source, names.qkv);
  self_out_ = AtenLinear(source, names.self_out);
  cross_norm_ = LayerNorm(source, names.cross_norm);
  cross_q_ = AtenLinear(source, names.cross_q);
  cross_kv_ = AtenLinear(source, names.cross_kv);
  cross_out_ = AtenLinear(source, names.cross_out);
  ffn_norm_ = LayerNorm(source, names.ffn_norm);
  fc1_ = AtenLinear(source, names.fc1);
  fc2_ = AtenLinear(source, names.fc2);
}

KeysValues AtenLayer::attended_text(const at::Tensor& context) const {
  const auto parts = cross_kv_(context).chunk(2, -1);
  return {heads_apart(parts[0]).contiguous(), heads_apart(parts[1]).contiguous()};
}

void AtenLayer::forward(at::Tensor& x, AtenCache& cache, const std::vector<RowText>& text,
                        LayerStates* states) const {
  const at::Tensor heard = self_attention(self_norm_(x), cache);
  keep(states, ".self_attn", heard);
  x.add_(heard);
  for (const RowText& row : text) {
    at::Tensor x_row = x.narrow(0, row.row, 1);
    const at::Tensor read = cross_attention(cross_norm_(x_row), row);
    keep(states, ".cross_attn", read);
    x_row.add_(read);
  }
  x.add_(fc2_(at::gelu(fc1_(ffn_norm_(x)))));
  keep(states, "", x);
}

// A prefill begins with an empty cache, so the causal triangle's top-left alignment is right; a
// step has one query and sees every column.
at::Tensor AtenLayer::self_attention(const at::Tensor& x, AtenCache& cache) const {
  const auto parts = qkv_(x).chunk(3, -1);
  const KeysValues seen = cache.append(index_, {heads_apart(parts[1]), heads_apart(parts[2])});
  const bool is_prefill = x.size(1) > 1;
  return self_out_(heads_together(at::scaled_dot_product_attention(
      heads_apart(parts[0]), seen.keys, seen.values, {}, 0.0, is_prefill)));
}

at::Tensor AtenLayer::cross_attention(const at::Tensor& x, const RowText& text) const {
  return cross_out_(heads_together(at::scaled_dot_product_attention(
      heads_apart(cross_q_(x)), text.attended.keys, text.attended.values)));
}

at::Tensor AtenLayer::heads_apart(const at::Tensor& x) const {
  return x.to(dtype_).view({x.size(0), x.size(1), num_heads_, -1}).transpose(1, 2);
}

at::Tensor AtenLayer::heads_together(const at::Tensor& x) const {
  return x.transpose(1, 2).reshape({x.size(0), x.size(2), -1}).to(at::kFloat);
}

void AtenLayer::keep(LayerStates* states, const char* name, const at::Tensor& value) const {
  if (states) states->emplace_back("layer" + std::to_string(index_) + name, value.clone());
}

}  // namespace cadenza

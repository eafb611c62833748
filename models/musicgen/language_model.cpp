#include "models/musicgen/language_model.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/embedding.h>
#include <c10/core/InferenceMode.h>

#include <vector>

#include "lib/error.h"
#include "models/musicgen/positions.h"
#include "models/shapes.h"

namespace cadenza {

namespace {

at::ScalarType matrix_type(const std::string& precision) {
  if (precision == "fp32") return at::kFloat;
  if (precision == "bf16") return at::kBFloat16;
  if (precision == "fp16") return at::kHalf;
  fail(ErrorKind::internal, "language model: no precision " + precision);
}

std::vector<std::string> numbered(const std::string& prefix, std::int64_t count) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < count; ++i)
    names.push_back(prefix + "." + std::to_string(i) + ".weight");
  return names;
}

// Rounding logits to half precision would be tripled by guidance, so without a kernel that returns
// fp32 from half-precision weights the heads stay fp32.
WeightSource in_fp32(WeightSource source) {
  source.dtype = at::kFloat;
  return source;
}

}  // namespace

struct LanguageModel::Impl {
  Impl(const DecoderConfig& decoder_config, const WeightSource& source);

  at::Tensor embed(const at::Tensor& tokens) const;                      // (B, K, S) -> (B, S, D)
  at::Tensor run_layers(const at::Tensor& tokens, LayerStates* states);  // -> (B, S, D)
  at::Tensor logits(const at::Tensor& x) const;      // (B, S, D) -> (B, K, S, V)
  at::Tensor last_logits(const at::Tensor& tokens);  // -> (B, K, V)

  DecoderConfig config;
  at::Device device;
  at::ScalarType dtype;
  at::Tensor tables;   // (K * (V + 1), D): the codebooks' embedding tables, stacked
  at::Tensor offsets;  // (K, 1): where each begins
  std::vector<DecoderLayer> layers;
  LayerNorm final_norm;
  Linear heads;  // (K * V, D)

  // Of the streams begun by reset.
  KvCache cache;
  at::Tensor positions;                     // (max_steps, D)
  std::vector<std::vector<RowText>> texts;  // by layer
};

LanguageModel::Impl::Impl(const DecoderConfig& decoder_config, const WeightSource& source)
    : config(decoder_config), device(source.device), dtype(source.dtype) {
  const std::string decoder = "decoder.model.decoder.";
  tables = source.stacked(numbered(decoder + "embed_tokens", config.num_codebooks), dtype);
  offsets = at::arange(config.num_codebooks, at::kLong)
                .mul(config.vocab_size + 1)
                .unsqueeze(1)
                .to(device);
  for (std::int64_t index = 0; index < config.num_layers; ++index)
    layers.emplace_back(config, source, index);
  final_norm = LayerNorm(source, decoder + "layer_norm");
  heads = Linear(in_fp32(source), numbered("decoder.lm_heads", config.num_codebooks));
}

at::Tensor LanguageModel::Impl::embed(const at::Tensor& tokens) const {
  const at::Tensor each = at::embedding(tables, tokens.to(device).add(offsets)).to(at::kFloat);
  at::Tensor x = positions.narrow(0, cache.length(), tokens.size(2)).unsqueeze(0);
  at::Tensor sum = each.select(1, 0);
  for (std::int64_t k = 1; k < config.num_codebooks; ++k) sum = sum.add(each.select(1, k));
  return sum.add(x);
}

at::Tensor LanguageModel::Impl::run_layers(const at::Tensor& tokens, LayerStates* states) {
  expect_shape(tokens, {cache.batch(), config.num_codebooks, -1}, "tokens");
  if (cache.length() + tokens.size(2) > cache.capacity())
    fail(ErrorKind::internal, "language model: more columns were fed than reset was told");
  at::Tensor x = embed(tokens);
  if (states) states->emplace_back("input", x.clone());
  for (std::size_t index = 0; index < layers.size(); ++index)
    layers[index].forward(x, cache, texts[index], states);
  cache.advance(tokens.size(2));
  return x;
}

at::Tensor LanguageModel::Impl::logits(const at::Tensor& x) const {
  return heads(x)
      .view({x.size(0), x.size(1), config.num_codebooks, config.vocab_size})
      .transpose(1, 2);
}

at::Tensor LanguageModel::Impl::last_logits(const at::Tensor& tokens) {
  const at::Tensor x = run_layers(tokens, nullptr);
  return logits(final_norm(x.narrow(1, x.size(1) - 1, 1))).select(2, 0);
}

LanguageModel::LanguageModel(const DecoderConfig& config, const WeightReader& weights,
                             const at::Device& device, const std::string& precision) {
  const c10::InferenceMode guard;
  impl_ = std::make_unique<Impl>(config, WeightSource{weights, device, matrix_type(precision)});
}

LanguageModel::~LanguageModel() = default;

const DecoderConfig& LanguageModel::config() const { return impl_->config; }

void LanguageModel::reset(const at::Tensor& context, const at::Tensor& mask,
                          std::int64_t max_steps) {
  const c10::InferenceMode guard;
  const DecoderConfig& config = impl_->config;
  expect_shape(context, {-1, -1, config.hidden_size}, "context");
  expect_shape(mask, {context.size(0), context.size(1)}, "mask");
  impl_->cache = KvCache({config.num_layers, context.size(0), config.num_heads, max_steps,
                          config.hidden_size / config.num_heads},
                         at::TensorOptions().device(impl_->device).dtype(impl_->dtype));
  impl_->positions = sinusoidal_positions(0, max_steps, config.hidden_size).to(impl_->device);
  impl_->texts.assign(impl_->layers.size(), {});
  for (std::int64_t row = 0; row < context.size(0); ++row) {
    const at::Tensor kept = mask[row].to(at::kCPU).nonzero().squeeze(1);
    if (kept.numel() == 0) continue;
    const at::Tensor text =
        context[row].index_select(0, kept.to(context.device())).unsqueeze(0).to(impl_->device);
    for (std::size_t index = 0; index < impl_->layers.size(); ++index)
      impl_->texts[index].push_back({row, impl_->layers[index].attended_text(text)});
  }
}

at::Tensor LanguageModel::prefill(const at::Tensor& tokens) {
  const c10::InferenceMode guard;
  if (impl_->cache.length() != 0)
    fail(ErrorKind::internal, "language model: prefill must come right after reset");
  return impl_->last_logits(tokens);
}

at::Tensor LanguageModel::step(const at::Tensor& tokens) {
  const c10::InferenceMode guard;
  expect_shape(tokens, {-1, -1, 1}, "tokens of a step");
  return impl_->last_logits(tokens);
}

at::Tensor LanguageModel::forward_all(const at::Tensor& tokens, LayerStates* states) {
  const c10::InferenceMode guard;
  if (impl_->cache.length() != 0)
    fail(ErrorKind::internal, "language model: forward_all must come right after reset");
  const at::Tensor x = impl_->final_norm(impl_->run_layers(tokens, states));
  if (states) states->emplace_back("final_norm", x);
  impl_->cache.clear();
  return impl_->logits(x);
}

}  // namespace cadenza

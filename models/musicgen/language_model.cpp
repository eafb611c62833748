#include "models/musicgen/language_model.h"

#include <ATen/Parallel.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/embedding.h>
#include <c10/core/InferenceMode.h>

#include <vector>

#include "lib/error.h"
#include "models/musicgen/aten_decoder.h"
#include "models/musicgen/decoder_names.h"
#include "models/musicgen/packed_decoder.h"
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

std::unique_ptr<DecoderBackend> make_backend(const DecoderConfig& config,
                                             const WeightSource& source, DecoderKind kind) {
  if (kind == DecoderKind::aten || !source.device.is_cpu())
    return std::make_unique<AtenDecoder>(config, source);
  const auto format = source.dtype == at::kFloat ? WeightFormat::fp32 : WeightFormat::bf16;
  return std::make_unique<PackedDecoder>(config, source.reader, format, at::get_num_threads());
}

}  // namespace

struct LanguageModel::Impl {
  Impl(const DecoderConfig& decoder_config, const WeightSource& source, DecoderKind kind);

  at::Tensor embed(const at::Tensor& tokens) const;  // (B, K, S) -> (B, S, D)
  // (B, K, S) -> (B, K, S or 1, V)
  at::Tensor forward(const at::Tensor& tokens, bool only_last, LayerStates* states);

  DecoderConfig config;
  at::Device device;
  at::Tensor tables;   // (K * (V + 1), D): the codebooks' embedding tables, stacked
  at::Tensor offsets;  // (K, 1): where each begins
  std::unique_ptr<DecoderBackend> backend;

  // Of the streams begun by reset.
  std::int64_t batch = 0;
  at::Tensor positions;  // (max_steps, D)
};

LanguageModel::Impl::Impl(const DecoderConfig& decoder_config, const WeightSource& source,
                          DecoderKind kind)
    : config(decoder_config),
      device(source.device),
      tables(source.stacked(embedding_names(config.num_codebooks), source.dtype)),
      offsets(at::arange(config.num_codebooks, at::kLong)
                  .mul(config.vocab_size + 1)
                  .unsqueeze(1)
                  .to(device)),
      backend(make_backend(config, source, kind)) {}

at::Tensor LanguageModel::Impl::embed(const at::Tensor& tokens) const {
  const at::Tensor each = at::embedding(tables, tokens.to(device).add(offsets)).to(at::kFloat);
  at::Tensor sum = each.select(1, 0);
  for (std::int64_t k = 1; k < config.num_codebooks; ++k) sum = sum.add(each.select(1, k));
  return sum.add(positions.narrow(0, backend->length(), tokens.size(2)));
}

at::Tensor LanguageModel::Impl::forward(const at::Tensor& tokens, bool only_last,
                                        LayerStates* states) {
  expect_shape(tokens, {batch, config.num_codebooks, -1}, "tokens");
  if (backend->length() + tokens.size(2) > positions.size(0))
    fail(ErrorKind::internal, "language model: more columns were fed than reset was told");
  const at::Tensor x = embed(tokens);
  if (states) states->emplace_back("input", x);
  const at::Tensor logits = backend->forward(x, only_last, states);
  return logits.view({batch, -1, config.num_codebooks, config.vocab_size}).transpose(1, 2);
}

LanguageModel::LanguageModel(const DecoderConfig& config, const WeightReader& weights,
                             const at::Device& device, const std::string& precision,
                             DecoderKind kind) {
  const c10::InferenceMode guard;
  impl_ =
      std::make_unique<Impl>(config, WeightSource{weights, device, matrix_type(precision)}, kind);
}

LanguageModel::~LanguageModel() = default;

const DecoderConfig& LanguageModel::config() const { return impl_->config; }

void LanguageModel::reset(const at::Tensor& context, const at::Tensor& mask,
                          std::int64_t max_steps) {
  const c10::InferenceMode guard;
  expect_shape(context, {-1, -1, impl_->config.hidden_size}, "context");
  expect_shape(mask, {context.size(0), context.size(1)}, "mask");
  impl_->batch = context.size(0);
  impl_->positions =
      sinusoidal_positions(0, max_steps, impl_->config.hidden_size).to(impl_->device);
  std::vector<RowContext> texts;
  for (std::int64_t row = 0; row < context.size(0); ++row) {
    const at::Tensor kept = mask[row].nonzero().squeeze(1).to(context.device());
    if (kept.numel() > 0) texts.push_back({row, context[row].index_select(0, kept)});
  }
  impl_->backend->reset(impl_->batch, max_steps, texts);
}

at::Tensor LanguageModel::prefill(const at::Tensor& tokens) {
  const c10::InferenceMode guard;
  if (impl_->backend->length() != 0)
    fail(ErrorKind::internal, "language model: prefill must come right after reset");
  return impl_->forward(tokens, /*only_last=*/true, nullptr).select(2, 0);
}

at::Tensor LanguageModel::step(const at::Tensor& tokens) {
  const c10::InferenceMode guard;
  expect_shape(tokens, {-1, -1, 1}, "tokens of a step");
  return impl_->forward(tokens, /*only_last=*/true, nullptr).select(2, 0);
}

at::Tensor LanguageModel::forward_all(const at::Tensor& tokens, LayerStates* states) {
  const c10::InferenceMode guard;
  if (impl_->backend->length() != 0)
    fail(ErrorKind::internal, "language model: forward_all must come right after reset");
  const at::Tensor logits = impl_->forward(tokens, /*only_last=*/false, states);
  impl_->backend->forget_columns();
  return logits;
}

}  // namespace cadenza

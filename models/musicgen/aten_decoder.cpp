#include "models/musicgen/aten_decoder.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>

#include <cstddef>
#include <span>

#include "models/musicgen/decoder_names.h"
#include "models/musicgen/sinusoid.h"

namespace cadenza {

namespace {

WeightSource in_fp32(WeightSource source) {
  source.dtype = at::kFloat;
  return source;
}

// Positions 0 .. count - 1 -> (count, D)
at::Tensor sinusoids(std::int64_t count, std::int64_t width) {
  at::Tensor table = at::empty({count, width});
  for (std::int64_t position = 0; position < count; ++position)
    write_sinusoid(position, {table.mutable_data_ptr<float>() + position * width,
                              static_cast<std::size_t>(width)});
  return table;
}

}  // namespace

AtenDecoder::AtenDecoder(const DecoderConfig& config, const WeightSource& source)
    : config_(config),
      cache_options_(at::TensorOptions().device(source.device).dtype(source.dtype)),
      tables_(source.stacked(embedding_names(config.num_codebooks), source.dtype)),
      offsets_(at::arange(config.num_codebooks, at::kLong)
                   .mul(config.vocab_size + 1)
                   .unsqueeze(1)
                   .to(source.device)) {
  for (std::int64_t index = 0; index < config.num_layers; ++index)
    layers_.emplace_back(config, source, index);
  final_norm_ = LayerNorm(source, kFinalNormName);
  heads_ = AtenLinear(in_fp32(source), head_names(config.num_codebooks));
}

void AtenDecoder::reset(const std::vector<at::Tensor>& contexts, std::int64_t max_steps) {
  const auto num_rows = static_cast<std::int64_t>(contexts.size());
  cache_ = {};  // first give back the old one: both at once may not fit
  cache_ = AtenCache({config_.num_layers, num_rows, config_.num_heads, max_steps,
                      config_.hidden_size / config_.num_heads},
                     cache_options_);
  positions_ = sinusoids(max_steps, config_.hidden_size).to(cache_options_.device());
  texts_.assign(layers_.size(), {});
  for (std::int64_t row = 0; row < num_rows; ++row) {
    const at::Tensor& text = contexts[static_cast<std::size_t>(row)];
    if (text.size(0) == 0) continue;
    const at::Tensor context = text.unsqueeze(0).to(cache_options_.device());
    for (std::size_t index = 0; index < layers_.size(); ++index)
      texts_[index].push_back({row, layers_[index].attended_text(context)});
  }
}

at::Tensor AtenDecoder::feed(const at::Tensor& tokens) {
  const at::Tensor x = run_layers(tokens, nullptr);
  return logits(final_norm_(x.narrow(1, x.size(1) - 1, 1))).select(2, 0);
}

at::Tensor AtenDecoder::feed_all(const at::Tensor& tokens, LayerStates* states) {
  const at::Tensor final_state = final_norm_(run_layers(tokens, states));
  if (states) states->emplace_back("final_norm", final_state);
  return logits(final_state);
}

at::Tensor AtenDecoder::embed(const at::Tensor& tokens) const {
  const at::Tensor ids = tokens.to(cache_options_.device()).add(offsets_);
  const at::Tensor each = at::embedding(tables_, ids).to(at::kFloat);
  at::Tensor sum = each.select(1, 0);
  for (std::int64_t k = 1; k < config_.num_codebooks; ++k) sum = sum.add(each.select(1, k));
  return sum.add(positions_.narrow(0, cache_.length(), tokens.size(2)));
}

at::Tensor AtenDecoder::run_layers(const at::Tensor& tokens, LayerStates* states) {
  at::Tensor x = embed(tokens);
  if (states) states->emplace_back("input", x.clone());
  for (std::size_t index = 0; index < layers_.size(); ++index)
    layers_[index].forward(x, cache_, texts_[index], states);
  cache_.advance(tokens.size(2));
  return x;
}

at::Tensor AtenDecoder::logits(const at::Tensor& final_state) const {
  return heads_(final_state)
      .view({final_state.size(0), final_state.size(1), config_.num_codebooks, config_.vocab_size})
      .transpose(1, 2);
}

}  // namespace cadenza

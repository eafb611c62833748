#include "models/musicgen/aten_decoder.h"

#include "models/musicgen/decoder_names.h"

namespace cadenza {

namespace {

WeightSource in_fp32(WeightSource source) {
  source.dtype = at::kFloat;
  return source;
}

}  // namespace

AtenDecoder::AtenDecoder(const DecoderConfig& config, const WeightSource& source)
    : config_(config),
      cache_options_(at::TensorOptions().device(source.device).dtype(source.dtype)) {
  for (std::int64_t index = 0; index < config.num_layers; ++index)
    layers_.emplace_back(config, source, index);
  final_norm_ = LayerNorm(source, kFinalNormName);
  heads_ = AtenLinear(in_fp32(source), head_names(config.num_codebooks));
}

void AtenDecoder::reset(std::int64_t batch, std::int64_t max_steps,
                        const std::vector<RowContext>& texts) {
  cache_ = {};  // first give back the old one: both at once may not fit
  cache_ = AtenCache({config_.num_layers, batch, config_.num_heads, max_steps,
                      config_.hidden_size / config_.num_heads},
                     cache_options_);
  texts_.assign(layers_.size(), {});
  for (const RowContext& text : texts) {
    const at::Tensor context = text.context.unsqueeze(0).to(cache_options_.device());
    for (std::size_t index = 0; index < layers_.size(); ++index)
      texts_[index].push_back({text.row, layers_[index].attended_text(context)});
  }
}

at::Tensor AtenDecoder::forward(const at::Tensor& x, bool only_last, LayerStates* states) {
  at::Tensor residual = x.clone();
  for (std::size_t index = 0; index < layers_.size(); ++index)
    layers_[index].forward(residual, cache_, texts_[index], states);
  cache_.advance(x.size(1));
  const at::Tensor heard = only_last ? residual.narrow(1, x.size(1) - 1, 1) : residual;
  const at::Tensor final_state = final_norm_(heard);
  if (states) states->emplace_back("final_norm", final_state);
  return heads_(final_state);
}

}  // namespace cadenza

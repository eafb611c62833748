#include "models/encodec/seanet_decoder.h"

#include <cstddef>
#include <string>

#include "models/encodec/map_chain.h"
#include "models/encodec/resblock.h"
#include "models/encodec/transposed_conv.h"

namespace cadenza {

namespace {

std::string layer(std::int64_t number) {
  return "audio_encoder.decoder.layers." + std::to_string(number);
}

// An ELU, a transposed convolution, then the residual blocks.
std::int64_t layers_per_stage(const CodecConfig& config) { return 2 + config.num_residual_layers; }

std::int64_t num_stages(const CodecConfig& config) {
  return static_cast<std::int64_t>(config.ratios.size());
}

std::int64_t widest(const CodecConfig& config) { return config.num_filters << num_stages(config); }

}  // namespace

SeanetDecoder::SeanetDecoder(const CodecConfig& config, const WeightReader& weights,
                             const at::Device& device)
    : first_(weights, layer(0),
             {.in_channels = config.latent_dim,
              .out_channels = widest(config),
              .kernel = config.kernel_size},
             config.has_reflect_padding, device),
      lstm_(weights, layer(1), widest(config), config.num_lstm_layers, device) {
  std::int64_t channels = widest(config), number = 2;
  for (const std::int64_t ratio : config.ratios) {
    layers_.push_back(std::make_unique<TransposedConv>(weights, layer(number + 1), channels,
                                                       channels / 2, ratio, device));
    channels /= 2;
    hop_ *= ratio;
    std::int64_t dilation = 1;
    for (std::int64_t block = 0; block < config.num_residual_layers; ++block) {
      layers_.push_back(std::make_unique<Resblock>(weights, layer(number + 2 + block), config,
                                                   channels, dilation, device));
      dilation *= config.dilation_growth_rate;
    }
    number += layers_per_stage(config);
  }
  const ConvShape last{.in_channels = config.num_filters,
                       .kernel = config.last_kernel_size,
                       .before = Activation::elu};
  layers_.push_back(
      std::make_unique<Conv>(weights, layer(number + 1), last, config.has_reflect_padding, device));
}

at::Tensor SeanetDecoder::forward(const at::Tensor& latent, std::vector<at::Tensor>* layers,
                                  std::int64_t frames_per_stretch) const {
  std::vector<const MapLayer*> chain;
  for (const auto& each : layers_) chain.push_back(each.get());
  const at::Tensor begun = first_.forward(latent), remembered = lstm_.forward(begun);
  if (!layers) return run_in_stretches(chain, remembered, frames_per_stretch * hop_);
  layers->insert(layers->end(), {begun, remembered});
  return run_whole(chain, remembered, *layers);
}

}  // namespace cadenza

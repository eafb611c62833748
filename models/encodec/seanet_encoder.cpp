#include "models/encodec/seanet_encoder.h"

#include <ranges>
#include <string>

#include "models/encodec/map_chain.h"
#include "models/encodec/resblock.h"

namespace cadenza {

namespace {

std::string layer(std::int64_t number) {
  return "audio_encoder.encoder.layers." + std::to_string(number);
}

// The residual blocks, an ELU, a convolution.
std::int64_t layers_per_stage(const CodecConfig& config) { return config.num_residual_layers + 2; }

std::int64_t num_stages(const CodecConfig& config) {
  return static_cast<std::int64_t>(config.ratios.size());
}

std::int64_t lstm_layer(const CodecConfig& config) {
  return 1 + num_stages(config) * layers_per_stage(config);
}

std::int64_t widest(const CodecConfig& config) { return config.num_filters << num_stages(config); }

}  // namespace

SeanetEncoder::SeanetEncoder(const CodecConfig& config, const WeightReader& weights,
                             const at::Device& device)
    : lstm_(weights, layer(lstm_layer(config)), widest(config), config.num_lstm_layers, device),
      last_(weights, layer(lstm_layer(config) + 2),
            {.in_channels = widest(config),
             .out_channels = config.latent_dim,
             .kernel = config.last_kernel_size,
             .before = Activation::elu},
            config.has_reflect_padding, device) {
  const auto add_conv = [&](std::int64_t number, const ConvShape& shape) {
    layers_.push_back(
        std::make_unique<Conv>(weights, layer(number), shape, config.has_reflect_padding, device));
  };
  add_conv(0, {.out_channels = config.num_filters, .kernel = config.kernel_size});
  std::int64_t channels = config.num_filters, number = 1;
  for (const std::int64_t ratio : config.ratios | std::views::reverse) {
    std::int64_t dilation = 1;
    for (std::int64_t block = 0; block < config.num_residual_layers; ++block) {
      layers_.push_back(std::make_unique<Resblock>(weights, layer(number + block), config, channels,
                                                   dilation, device));
      dilation *= config.dilation_growth_rate;
    }
    add_conv(number + config.num_residual_layers + 1, {.in_channels = channels,
                                                       .out_channels = 2 * channels,
                                                       .kernel = 2 * ratio,
                                                       .stride = ratio,
                                                       .before = Activation::elu});
    channels *= 2;
    number += layers_per_stage(config);
  }
}

at::Tensor SeanetEncoder::forward(const at::Tensor& samples, std::vector<at::Tensor>* layers,
                                  std::int64_t frames_per_stretch) const {
  std::vector<const MapLayer*> chain;
  for (const auto& each : layers_) chain.push_back(each.get());
  if (!layers) {
    const at::Tensor map = run_in_stretches(chain, samples, frames_per_stretch);
    return last_.forward(lstm_.forward(map));
  }
  const at::Tensor remembered = lstm_.forward(run_whole(chain, samples, *layers));
  layers->push_back(remembered);
  return run_whole({&last_}, remembered, *layers);
}

}  // namespace cadenza

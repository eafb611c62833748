#include "models/encodec/seanet_encoder.h"

#include <ATen/ops/elu.h>

#include <ranges>
#include <string>
#include <utility>

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
    : first_(weights, layer(0),
             {.in_channels = 1, .out_channels = config.num_filters, .kernel = config.kernel_size},
             config.has_reflect_padding, device),
      lstm_(weights, layer(lstm_layer(config)), widest(config), config.num_lstm_layers, device),
      last_(weights, layer(lstm_layer(config) + 2),
            {.in_channels = widest(config),
             .out_channels = config.latent_dim,
             .kernel = config.last_kernel_size},
            config.has_reflect_padding, device) {
  std::int64_t channels = config.num_filters, number = 1;
  for (const std::int64_t ratio : config.ratios | std::views::reverse) {
    std::vector<Resblock> blocks;
    std::int64_t dilation = 1;
    for (std::int64_t block = 0; block < config.num_residual_layers; ++block) {
      blocks.emplace_back(weights, layer(number + block), config, channels, dilation, device);
      dilation *= config.dilation_growth_rate;
    }
    Conv downsample(weights, layer(number + config.num_residual_layers + 1),
                    {.in_channels = channels,
                     .out_channels = 2 * channels,
                     .kernel = 2 * ratio,
                     .stride = ratio},
                    config.has_reflect_padding, device);
    stages_.push_back({std::move(blocks), std::move(downsample)});
    channels *= 2;
    number += layers_per_stage(config);
  }
}

at::Tensor SeanetEncoder::forward(const at::Tensor& samples,
                                  std::vector<at::Tensor>* layers) const {
  const auto note = [&](const at::Tensor& map) {
    if (layers) layers->push_back(map);
  };
  const auto note_elu = [&](const at::Tensor& map) {
    if (layers) layers->push_back(at::elu(map));
  };
  at::Tensor map = first_.forward(samples, Activation::none);
  note(map);
  for (const Stage& stage : stages_) {
    for (const Resblock& block : stage.blocks) {
      map = block.forward(map);
      note(map);
    }
    note_elu(map);
    map = stage.downsample.forward(map, Activation::elu);
    note(map);
  }
  map = lstm_.forward(map);
  note(map);
  note_elu(map);
  map = last_.forward(map, Activation::elu);
  note(map);
  return map;
}

}  // namespace cadenza

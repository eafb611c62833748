#include "models/encodec/seanet_decoder.h"

#include <ATen/ops/elu.h>

#include <cstddef>
#include <string>

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
      lstm_(weights, layer(1), widest(config), config.num_lstm_layers, device),
      last_(
          weights, layer(3 + num_stages(config) * layers_per_stage(config)),
          {.in_channels = config.num_filters, .out_channels = 1, .kernel = config.last_kernel_size},
          config.has_reflect_padding, device) {
  std::int64_t channels = widest(config), number = 2;
  for (const std::int64_t ratio : config.ratios) {
    Stage stage{{weights, layer(number + 1), channels, channels / 2, ratio, device}, {}};
    channels /= 2;
    std::int64_t dilation = 1;
    for (std::int64_t block = 0; block < config.num_residual_layers; ++block) {
      stage.blocks.emplace_back(weights, layer(number + 2 + block), config, channels, dilation,
                                device);
      dilation *= config.dilation_growth_rate;
    }
    stages_.push_back(std::move(stage));
    number += layers_per_stage(config);
  }
}

at::Tensor SeanetDecoder::forward(const at::Tensor& latent, std::vector<at::Tensor>* layers) const {
  const auto note = [&](const at::Tensor& map) {
    if (layers) layers->push_back(map);
  };
  const auto note_elu = [&](const at::Tensor& map) {
    if (layers) layers->push_back(at::elu(map));
  };
  at::Tensor map = first_.forward(latent, Activation::none);
  note(map);
  map = lstm_.forward(map);
  note(map);
  for (const Stage& stage : stages_) {
    note_elu(map);
    map = stage.upsample.forward(map, Activation::elu);
    note(map);
    for (const Resblock& block : stage.blocks) {
      map = block.forward(map);
      note(map);
    }
  }
  note_elu(map);
  map = last_.forward(map, Activation::elu);
  note(map);
  return map;
}

}  // namespace cadenza

#include "tests/support/fixture_model.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>
#include <stdexcept>

#include "tests/support/goldens.h"

namespace cadenza::testing {

namespace {

// w = v * g / |v|, the norm over everything but the first dimension.
std::vector<float> folded(const Golden& g, const Golden& v) {
  std::vector<float> weight(v.floats.size());
  const std::size_t row = v.floats.size() / g.floats.size();
  for (std::size_t i = 0; i < g.floats.size(); ++i) {
    double squared = 0;
    for (std::size_t j = i * row; j < (i + 1) * row; ++j)
      squared += static_cast<double>(v.floats[j]) * v.floats[j];
    for (std::size_t j = i * row; j < (i + 1) * row; ++j)
      weight[j] = static_cast<float>(v.floats[j] * (g.floats[i] / std::sqrt(squared)));
  }
  return weight;
}

// The codec's convolutions and LSTMs as transformers builds them: name -> shape.
std::map<std::string, Shape> codec_shapes(const CodecConfig& config) {
  std::map<std::string, Shape> shapes;
  const auto conv = [&](const std::string& name, const Shape& shape, std::int64_t out) {
    shapes[name + ".conv.weight"] = shape;
    shapes[name + ".conv.bias"] = {out};
  };
  const auto lstm = [&](const std::string& name, std::int64_t width) {
    for (std::int64_t l = 0; l < config.num_lstm_layers; ++l)
      for (const std::string& side : {std::string("ih_l"), std::string("hh_l")}) {
        shapes[name + ".lstm.weight_" + side + std::to_string(l)] = {4 * width, width};
        shapes[name + ".lstm.bias_" + side + std::to_string(l)] = {4 * width};
      }
  };
  const auto blocks = [&](const std::string& stem, std::int64_t& number, std::int64_t width) {
    const std::int64_t narrow = width / config.compress;
    for (std::int64_t i = 0; i < config.num_residual_layers; ++i, ++number) {
      const std::string name = stem + std::to_string(number);
      conv(name + ".block.1", {narrow, width, config.residual_kernel_size}, narrow);
      conv(name + ".block.3", {width, narrow, 1}, width);
    }
  };
  const std::string encoder = "audio_encoder.encoder.layers.";
  const std::string decoder = "audio_encoder.decoder.layers.";
  std::int64_t width = config.num_filters, number = 1;
  conv(encoder + "0", {width, 1, config.kernel_size}, width);
  for (auto ratio = config.ratios.rbegin(); ratio != config.ratios.rend(); ++ratio, width *= 2) {
    blocks(encoder, number, width);
    conv(encoder + std::to_string(number + 1), {2 * width, width, 2 * *ratio}, 2 * width);
    number += 2;
  }
  lstm(encoder + std::to_string(number), width);
  conv(encoder + std::to_string(number + 2), {config.latent_dim, width, config.last_kernel_size},
       config.latent_dim);
  conv(decoder + "0", {width, config.latent_dim, config.kernel_size}, width);
  lstm(decoder + "1", width);
  number = 2;
  for (const std::int64_t ratio : config.ratios) {
    conv(decoder + std::to_string(number + 1), {width, width / 2, 2 * ratio}, width / 2);
    number += 2;
    width /= 2;
    blocks(decoder, number, width);
  }
  conv(decoder + std::to_string(number + 1), {1, width, config.last_kernel_size}, 1);
  for (std::int64_t q = 0; q < config.num_quantizers; ++q)
    shapes["audio_encoder.quantizer.layers." + std::to_string(q) + ".codebook.embed"] = {
        config.codebook_size, config.latent_dim};
  return shapes;
}

}  // namespace

const Shape& MapWeights::shape(std::string_view name) const {
  const auto found = weights.find(name);
  if (found == weights.end()) throw std::runtime_error("no weight " + std::string(name));
  return found->second.shape;
}

void MapWeights::read(std::string_view name, std::span<float> out, bool) const {
  shape(name);
  const auto& values = weights.find(name)->second.values;
  std::copy(values.begin(), values.end(), out.begin());
}

std::vector<std::string> MapWeights::names() const {
  std::vector<std::string> names;
  for (const auto& [name, weight] : weights) names.push_back(name);
  return names;
}

MapWeights fixture_weights(const std::string& model) {
  const Goldens file(model + "/model.safetensors");
  MapWeights result;
  for (const std::string& name : file.names()) {
    const std::size_t norm = name.rfind(".weight_v");
    if (name.ends_with(".weight_g")) continue;
    const Golden& stored = file.at(name);
    if (norm == std::string::npos)
      result.weights[name] = {stored.shape, stored.floats};
    else
      result.weights[name.substr(0, norm) + ".weight"] = {
          stored.shape, folded(file.at(name.substr(0, norm) + ".weight_g"), stored)};
  }
  return result;
}

MusicgenConfig fixture_config(const std::string& model) {
  std::ifstream stream(data_path(model + "/config.json"));
  const auto json = nlohmann::json::parse(stream);
  const auto& text = json.at("text_encoder");
  const auto& codec = json.at("audio_encoder");
  MusicgenConfig config;
  config.text = {.vocab_size = text.at("vocab_size"),
                 .d_model = text.at("d_model"),
                 .d_kv = text.at("d_kv"),
                 .d_ff = text.at("d_ff"),
                 .num_layers = text.at("num_layers"),
                 .num_heads = text.at("num_heads"),
                 .num_buckets = text.at("relative_attention_num_buckets"),
                 .max_distance = text.at("relative_attention_max_distance"),
                 .layer_norm_eps = text.at("layer_norm_epsilon")};
  config.codec = {.sample_rate_hz = codec.at("sampling_rate"),
                  .num_filters = codec.at("num_filters"),
                  .ratios = codec.at("upsampling_ratios"),
                  .kernel_size = codec.at("kernel_size"),
                  .last_kernel_size = codec.at("last_kernel_size"),
                  .residual_kernel_size = codec.at("residual_kernel_size"),
                  .num_residual_layers = codec.at("num_residual_layers"),
                  .dilation_growth_rate = codec.at("dilation_growth_rate"),
                  .compress = codec.at("compress"),
                  .num_lstm_layers = codec.at("num_lstm_layers"),
                  .latent_dim = codec.at("hidden_size"),
                  .codebook_size = codec.at("codebook_size"),
                  .num_quantizers = 4,
                  .has_reflect_padding = codec.at("pad_mode") == "reflect"};
  return config;
}

MapWeights random_codec_weights(const CodecConfig& config, std::uint32_t seed) {
  std::mt19937 random(seed);
  MapWeights result;
  for (const auto& [name, shape] : codec_shapes(config)) {
    const auto product = [](auto from, auto to) {
      return std::accumulate(from, to, std::int64_t{1}, std::multiplies<>());
    };
    // A gain near one per layer, so that signals neither die away nor blow up.
    const double inputs = static_cast<double>(product(shape.begin() + 1, shape.end()));
    std::normal_distribution<float> normal(0, static_cast<float>(1 / std::sqrt(inputs)));
    auto& weight = result.weights[name];
    weight.shape = shape;
    weight.values.resize(static_cast<std::size_t>(product(shape.begin(), shape.end())));
    for (float& value : weight.values) value = normal(random);
  }
  return result;
}

}  // namespace cadenza::testing

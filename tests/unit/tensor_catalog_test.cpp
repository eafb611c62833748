#include "models/checkpoint/tensor_catalog.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "models/checkpoint/config.h"

using namespace cadenza;

namespace {

std::map<std::string, Shape> by_name(const MusicgenConfig& config) {
  std::map<std::string, Shape> shapes;
  for (const ExpectedTensor& tensor : expected_tensors(config)) shapes[tensor.name] = tensor.shape;
  return shapes;
}

std::int64_t elements(const MusicgenConfig& config, const std::string& prefix) {
  std::int64_t sum = 0;
  for (const ExpectedTensor& tensor : expected_tensors(config)) {
    if (!tensor.name.starts_with(prefix)) continue;
    std::int64_t size = 1;
    for (const std::int64_t extent : tensor.shape) size *= extent;
    sum += size;
  }
  return sum;
}

}  // namespace

TEST_CASE("the published small model's tensors have the published shapes") {
  const auto shapes = by_name(MusicgenConfig{});
  CHECK(shapes.at("text_encoder.shared.weight") == Shape{32128, 768});
  CHECK(shapes.at("enc_to_dec_proj.weight") == Shape{1024, 768});
  CHECK(shapes.at("decoder.model.decoder.embed_tokens.3.weight") == Shape{2049, 1024});
  CHECK(shapes.at("decoder.lm_heads.0.weight") == Shape{2048, 1024});
  CHECK(shapes.at("audio_encoder.encoder.layers.12.conv.weight") == Shape{1024, 512, 16});
  CHECK(shapes.at("audio_encoder.encoder.layers.13.lstm.weight_hh_l1") == Shape{4096, 1024});
  CHECK(shapes.at("audio_encoder.encoder.layers.15.conv.weight") == Shape{128, 1024, 7});
  CHECK(shapes.at("audio_encoder.decoder.layers.3.conv.weight") == Shape{1024, 512, 16});
  CHECK(shapes.at("audio_encoder.decoder.layers.3.conv.bias") == Shape{512});
  CHECK(shapes.at("audio_encoder.decoder.layers.4.block.1.conv.weight") == Shape{256, 512, 3});
  CHECK(shapes.at("audio_encoder.decoder.layers.15.conv.weight") == Shape{1, 64, 7});
  CHECK(shapes.at("audio_encoder.quantizer.layers.3.codebook.embed") == Shape{2048, 128});
}

TEST_CASE("the published small model has the published numbers of parameters") {
  const MusicgenConfig config;
  CHECK(elements(config, "text_encoder.") == 109628544);
  CHECK(elements(config, "decoder.") + elements(config, "enc_to_dec_proj.") == 420371456);
  // 56,884,674 in the convolutions and LSTMs with the lengths of the weight norms, which folding
  // takes away, and four codebooks of 2048 vectors of 128.
  std::int64_t lengths = 0;
  for (const ExpectedTensor& tensor : expected_tensors(config))
    if (tensor.has_weight_norm) lengths += tensor.shape[0];
  CHECK(elements(config, "audio_encoder.") + lengths == 56884674 + 4 * 2048 * 128);
}

TEST_CASE("equal widths need no projection") {
  MusicgenConfig config;
  config.decoder.hidden_size = config.text.d_model;
  CHECK_FALSE(by_name(config).contains("enc_to_dec_proj.weight"));
}

TEST_CASE("only the first text block has a table of relative positions") {
  const auto shapes = by_name(MusicgenConfig{});
  const std::string end = ".layer.0.SelfAttention.relative_attention_bias.weight";
  CHECK(shapes.at("text_encoder.encoder.block.0" + end) == Shape{32, 12});
  CHECK_FALSE(shapes.contains("text_encoder.encoder.block.1" + end));
}

TEST_CASE("more residual layers move the numbers of the layers behind them") {
  MusicgenConfig config;
  config.codec.num_residual_layers = 2;
  const auto shapes = by_name(config);
  CHECK(shapes.contains("audio_encoder.encoder.layers.2.block.3.conv.bias"));
  CHECK(shapes.at("audio_encoder.encoder.layers.4.conv.weight") == Shape{128, 64, 8});
  CHECK(shapes.at("audio_encoder.decoder.layers.5.block.1.conv.weight") == Shape{256, 512, 3});
}

TEST_CASE("no name is asked for twice") {
  const auto tensors = expected_tensors(MusicgenConfig{});
  std::set<std::string> names;
  for (const ExpectedTensor& tensor : tensors) names.insert(tensor.name);
  CHECK(names.size() == tensors.size());
}

TEST_CASE("positions, training statistics and constants of convolutions are unused") {
  CHECK(is_unused_tensor("decoder.model.decoder.embed_positions.weights"));
  CHECK(is_unused_tensor("audio_encoder.quantizer.layers.0.codebook.embed_avg"));
  CHECK(is_unused_tensor("audio_encoder.encoder.layers.0.conv.padding_total"));
  CHECK_FALSE(is_unused_tensor("audio_encoder.quantizer.layers.0.codebook.embed"));
  CHECK_FALSE(is_unused_tensor("decoder.lm_heads.0.weight"));
}

// Weights drawn from their names: a WeightReader for any shape of language model, without a file.
// The same name gives the same values whatever else is read. Torch-free.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"
#include "models/sampler.h"

namespace cadenza::testing {

class RandomDecoderWeights final : public WeightReader {
 public:
  explicit RandomDecoderWeights(const DecoderConfig& config) {
    const std::string decoder = "decoder.model.decoder.";
    const std::int64_t width = config.hidden_size, vocab = config.vocab_size;
    for (std::int64_t k = 0; k < config.num_codebooks; ++k) {
      add(decoder + "embed_tokens." + std::to_string(k) + ".weight", {vocab + 1, width});
      add("decoder.lm_heads." + std::to_string(k) + ".weight", {vocab, width});
    }
    for (std::int64_t i = 0; i < config.num_layers; ++i)
      add_layer(decoder + "layers." + std::to_string(i) + ".", width, config.ffn_dim);
    add_norm(decoder + "layer_norm", width);
  }

  const Shape& shape(std::string_view name) const override { return shapes_.at(std::string(name)); }

  void read(std::string_view name, std::span<float> out, bool) const override {
    const bool is_vector = shape(name).size() == 1;
    const bool is_gain = is_vector && name.ends_with(".weight");
    // Unit variance in, unit variance out; a norm's gain stays near one.
    const double scale = is_vector ? 0.1 : 1 / std::sqrt(static_cast<double>(shape(name).back()));
    const std::uint32_t key[2] = {static_cast<std::uint32_t>(std::hash<std::string_view>()(name)),
                                  20};
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::uint32_t counter[4] = {static_cast<std::uint32_t>(i), 0, 0, 0};
      std::uint32_t words[4];
      Philox::block(key, counter, words);
      const double sum = words[0] * 0x1p-32 + words[1] * 0x1p-32 + words[2] * 0x1p-32;
      out[i] = static_cast<float>((is_gain ? 1 : 0) + scale * 2 * (sum - 1.5));
    }
  }

  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const auto& [name, shape] : shapes_) names.push_back(name);
    return names;
  }

 private:
  void add(const std::string& name, Shape shape) { shapes_[name] = std::move(shape); }
  void add_norm(const std::string& name, std::int64_t width) {
    add(name + ".weight", {width});
    add(name + ".bias", {width});
  }
  void add_layer(const std::string& layer, std::int64_t width, std::int64_t ffn_dim) {
    for (const char* attention : {"self_attn.", "encoder_attn."})
      for (const char* matrix : {"q_proj", "k_proj", "v_proj", "out_proj"})
        add(layer + attention + matrix + ".weight", {width, width});
    for (const char* norm : {"self_attn_layer_norm", "encoder_attn_layer_norm", "final_layer_norm"})
      add_norm(layer + norm, width);
    add(layer + "fc1.weight", {ffn_dim, width});
    add(layer + "fc2.weight", {width, ffn_dim});
  }

  std::map<std::string, Shape, std::less<>> shapes_;
};

}  // namespace cadenza::testing

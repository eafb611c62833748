#include "models/musicgen/packed_weights.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "models/musicgen/decoder_names.h"

namespace cadenza {

namespace {

class Packer {
 public:
  Packer(const WeightReader& weights, WeightFormat format, ThreadPool& pool)
      : weights_(weights), format_(format), pool_(pool) {}

  PackedNorm norm(const std::string& prefix) const {
    return {vector(prefix + ".weight"), vector(prefix + ".bias")};
  }

  // The rows of the named matrices on top of each other.
  PackedLinear stacked(const std::vector<std::string>& names) {
    std::int64_t outputs = 0;
    for (const std::string& name : names) outputs += weights_.shape(name)[0];
    PackedLinear linear(outputs, weights_.shape(names.front())[1], format_);
    std::int64_t first = 0;
    for (const std::string& name : names) first += pack(linear, first, name);
    return linear;
  }

 private:
  std::vector<float> vector(const std::string& name) const {
    std::vector<float> values(static_cast<std::size_t>(weights_.shape(name)[0]));
    weights_.read(name, values);
    return values;
  }

  std::int64_t pack(PackedLinear& linear, std::int64_t first, const std::string& name) {
    const std::int64_t rows = weights_.shape(name)[0], inputs = linear.inputs();
    matrix_.resize(static_cast<std::size_t>(rows * inputs));
    weights_.read(name, matrix_);
    pool_.for_each((rows + kGroupWidth - 1) / kGroupWidth, [&](std::int64_t group) {
      const std::int64_t row = group * kGroupWidth;
      linear.pack_rows(first + row, std::min(kGroupWidth, rows - row),
                       matrix_.data() + row * inputs);
    });
    return rows;
  }

  const WeightReader& weights_;
  const WeightFormat format_;
  ThreadPool& pool_;
  std::vector<float> matrix_;
};

PackedLayer read_layer(Packer& packer, const LayerNames& names) {
  PackedLayer layer;
  layer.self_norm = packer.norm(names.self_norm);
  layer.qkv = packer.stacked(names.qkv);
  layer.self_out = packer.stacked(names.self_out);
  layer.cross_norm = packer.norm(names.cross_norm);
  layer.cross_q = packer.stacked(names.cross_q);
  layer.cross_kv = packer.stacked(names.cross_kv);
  layer.cross_out = packer.stacked(names.cross_out);
  layer.ffn_norm = packer.norm(names.ffn_norm);
  layer.fc1 = packer.stacked(names.fc1);
  layer.fc2 = packer.stacked(names.fc2);
  return layer;
}

}  // namespace

PackedWeights read_packed_weights(const DecoderConfig& config, const WeightReader& weights,
                                  WeightFormat format, ThreadPool& pool) {
  Packer packer(weights, format, pool);
  PackedWeights packed;
  for (std::int64_t index = 0; index < config.num_layers; ++index)
    packed.layers.push_back(read_layer(packer, LayerNames(index)));
  packed.final_norm = packer.norm(kFinalNormName);
  packed.heads = packer.stacked(head_names(config.num_codebooks));
  return packed;
}

}  // namespace cadenza

#include "models/musicgen/cpu_decoder_weights.h"

#include <algorithm>
#include <exception>
#include <span>
#include <string>

namespace cadenza {

namespace {

const std::string kDecoder = "decoder.model.decoder.";

// One tensor of the checkpoint and where it goes: into rows of a matrix, or as it is.
struct Piece {
  std::string name;
  PackedLinear* matrix = nullptr;
  std::int64_t first_row = 0;
  float* values = nullptr;
};

// A matrix to be, in the order in which a step reads them.
struct Matrix {
  PackedLinear* linear;
  std::int64_t outputs, inputs;
  WeightFormat format;
};

// Everything to read, collected while the weights' members are given their sizes.
struct Plan {
  std::vector<Matrix> matrices;
  std::vector<Piece> pieces;

  void matrix(PackedLinear& linear, std::int64_t inputs, std::int64_t part_outputs,
              WeightFormat format, const std::vector<std::string>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i)
      pieces.push_back({parts[i], &linear, static_cast<std::int64_t>(i) * part_outputs});
    matrices.push_back(
        {&linear, part_outputs * static_cast<std::int64_t>(parts.size()), inputs, format});
  }
  void values(float* into, const std::string& name) {
    pieces.push_back({.name = name, .values = into});
  }
  void norm(NormWeights& norm, const std::string& prefix, std::int64_t width) {
    norm.weight.resize(static_cast<std::size_t>(width));
    norm.bias.resize(static_cast<std::size_t>(width));
    values(norm.weight.data(), prefix + ".weight");
    values(norm.bias.data(), prefix + ".bias");
  }
};

std::vector<std::string> numbered(const std::string& prefix, std::int64_t count) {
  std::vector<std::string> names;
  for (std::int64_t k = 0; k < count; ++k) names.push_back(prefix + std::to_string(k) + ".weight");
  return names;
}

void plan_layer(CpuLayerWeights& layer, const std::string& prefix, const DecoderConfig& config,
                WeightFormat format, Plan& plan) {
  const std::int64_t width = config.hidden_size, ffn = config.ffn_dim;
  const std::string self = prefix + "self_attn.", cross = prefix + "encoder_attn.";
  plan.norm(layer.self_norm, prefix + "self_attn_layer_norm", width);
  plan.norm(layer.cross_norm, prefix + "encoder_attn_layer_norm", width);
  plan.norm(layer.ffn_norm, prefix + "final_layer_norm", width);
  plan.matrix(layer.qkv, width, width, format,
              {self + "q_proj.weight", self + "k_proj.weight", self + "v_proj.weight"});
  plan.matrix(layer.self_out, width, width, format, {self + "out_proj.weight"});
  plan.matrix(layer.cross_q, width, width, format, {cross + "q_proj.weight"});
  plan.matrix(layer.cross_out, width, width, format, {cross + "out_proj.weight"});
  plan.matrix(layer.ffn_in, width, ffn, format, {prefix + "fc1.weight"});
  plan.matrix(layer.ffn_out, ffn, width, format, {prefix + "fc2.weight"});
}

HugeBuffer give_memory(const std::vector<Matrix>& matrices) {
  std::size_t total = 0;
  for (const Matrix& m : matrices)
    total += PackedLinear::packed_bytes(m.outputs, m.inputs, m.format);
  HugeBuffer buffer(total);
  std::byte* next = buffer.data();
  for (const Matrix& m : matrices) {
    *m.linear = PackedLinear(m.outputs, m.inputs, m.format, next);
    next += m.linear->size_bytes();
  }
  return buffer;
}

void read_piece(const Piece& piece, const WeightReader& reader) {
  const Shape& shape = reader.shape(piece.name);
  std::size_t count = 1;
  for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
  if (piece.values) return reader.read(piece.name, {piece.values, count});
  std::vector<float> matrix(count);
  reader.read(piece.name, matrix);
  piece.matrix->pack_rows(piece.first_row, shape[0], matrix.data());
}

// Of several faults the first in the plan's order is reported, whichever thread met one first.
void read_all(const std::vector<Piece>& pieces, const WeightReader& reader, ThreadPool& pool) {
  std::vector<std::exception_ptr> faults(pieces.size());
  pool.for_each(static_cast<std::int64_t>(pieces.size()), [&](std::int64_t index) {
    try {
      read_piece(pieces[index], reader);
    } catch (...) {
      faults[index] = std::current_exception();
    }
  });
  for (const std::exception_ptr& fault : faults)
    if (fault) std::rethrow_exception(fault);
}

}  // namespace

CpuDecoderWeights::CpuDecoderWeights(const DecoderConfig& config, const WeightReader& reader,
                                     WeightFormat format, ThreadPool& pool) {
  const std::int64_t width = config.hidden_size, codebooks = config.num_codebooks;
  Plan plan;
  layers.resize(static_cast<std::size_t>(config.num_layers));
  for (std::size_t i = 0; i < layers.size(); ++i)
    plan_layer(layers[i], kDecoder + "layers." + std::to_string(i) + ".", config, format, plan);
  plan.norm(final_norm, kDecoder + "layer_norm", width);
  const bool is_integer = format == WeightFormat::int8 || format == WeightFormat::int4;
  plan.matrix(heads, width, config.vocab_size, is_integer ? WeightFormat::bf16 : format,
              numbered("decoder.lm_heads.", codebooks));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string cross = kDecoder + "layers." + std::to_string(i) + ".encoder_attn.";
    plan.matrix(layers[i].cross_kv, width, width, format,
                {cross + "k_proj.weight", cross + "v_proj.weight"});
  }
  const std::int64_t table = (config.vocab_size + 1) * width;
  embeddings.resize(static_cast<std::size_t>(codebooks * table));
  const auto tables = numbered(kDecoder + "embed_tokens.", codebooks);
  for (std::int64_t k = 0; k < codebooks; ++k) plan.values(&embeddings[k * table], tables[k]);

  buffer_ = give_memory(plan.matrices);
  read_all(plan.pieces, reader, pool);
}

std::size_t CpuDecoderWeights::step_bytes(bool has_text) const {
  std::size_t total = heads.size_bytes();
  for (const CpuLayerWeights& layer : layers) {
    total += layer.qkv.size_bytes() + layer.self_out.size_bytes() + layer.ffn_in.size_bytes() +
             layer.ffn_out.size_bytes();
    if (has_text) total += layer.cross_q.size_bytes() + layer.cross_out.size_bytes();
  }
  return total;
}

}  // namespace cadenza

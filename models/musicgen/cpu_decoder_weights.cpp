#include "models/musicgen/cpu_decoder_weights.h"

#include <algorithm>
#include <exception>
#include <span>
#include <string>
#include <utility>

#include "models/musicgen/pack_cache.h"

namespace cadenza {

namespace {

const std::string kDecoder = "decoder.model.decoder.";

// One tensor of the checkpoint and where it goes: into rows of a matrix, or as it is.
struct Piece {
  std::string name;
  PackedLinear* matrix = nullptr;
  std::int64_t first_row = 0;
  std::size_t offset = 0;  // of plain values
};

// A matrix to be, in the order in which a step reads them.
struct Matrix {
  PackedLinear* linear;
  std::int64_t outputs, inputs;
  WeightFormat format;
};

// Plain values to be.
struct Values {
  std::span<const float>* view;
  std::size_t offset, count;
};

// Everything to read and its place, collected while the weights' members are named.
struct Plan {
  std::vector<Matrix> matrices;
  std::vector<Values> values;
  std::vector<Piece> pieces;
  std::size_t num_values = 0;

  void matrix(PackedLinear& linear, std::int64_t inputs, std::int64_t part_outputs,
              WeightFormat format, const std::vector<std::string>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i)
      pieces.push_back({parts[i], &linear, static_cast<std::int64_t>(i) * part_outputs});
    matrices.push_back(
        {&linear, part_outputs * static_cast<std::int64_t>(parts.size()), inputs, format});
  }
  // Tensors of `count` values each, one behind the other.
  void plain(std::span<const float>& view, std::int64_t count,
             const std::vector<std::string>& parts) {
    values.push_back({&view, num_values, static_cast<std::size_t>(count) * parts.size()});
    for (const std::string& name : parts) {
      pieces.push_back({.name = name, .offset = num_values});
      num_values += static_cast<std::size_t>(count);
    }
  }
  void norm(NormWeights& norm, const std::string& prefix, std::int64_t width) {
    plain(norm.weight, width, {prefix + ".weight"});
    plain(norm.bias, width, {prefix + ".bias"});
  }

  std::size_t matrix_bytes() const {
    std::size_t total = 0;
    for (const Matrix& m : matrices)
      total += PackedLinear::packed_bytes(m.outputs, m.inputs, m.format);
    return total;
  }
  std::size_t size_bytes() const { return matrix_bytes() + num_values * sizeof(float); }

  // Gives every member its place in memory of size_bytes().
  void place(const std::byte* memory) const {
    const auto* plain = reinterpret_cast<const float*>(memory + matrix_bytes());
    for (const Values& v : values) *v.view = {plain + v.offset, v.count};
    for (const Matrix& m : matrices) {
      *m.linear = PackedLinear(m.outputs, m.inputs, m.format, memory);
      memory += m.linear->size_bytes();
    }
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

void read_piece(const Piece& piece, float* values, const WeightReader& reader) {
  const Shape& shape = reader.shape(piece.name);
  std::size_t count = 1;
  for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
  if (!piece.matrix) return reader.read(piece.name, {values + piece.offset, count});
  std::vector<float> matrix(count);
  reader.read(piece.name, matrix);
  piece.matrix->pack_rows(piece.first_row, shape[0], matrix.data());
}

// Of several faults the first in the plan's order is reported, whichever thread met one first.
void read_all(const Plan& plan, std::byte* memory, const WeightReader& reader, ThreadPool& pool) {
  plan.place(memory);
  auto* values = reinterpret_cast<float*>(memory + plan.matrix_bytes());
  std::vector<std::exception_ptr> faults(plan.pieces.size());
  pool.for_each(std::ssize(plan.pieces), [&](std::int64_t index) {
    try {
      read_piece(plan.pieces[index], values, reader);
    } catch (...) {
      faults[index] = std::current_exception();
    }
  });
  for (const std::exception_ptr& fault : faults)
    if (fault) std::rethrow_exception(fault);
}

}  // namespace

CpuDecoderWeights::CpuDecoderWeights(const DecoderConfig& config, const WeightReader& reader,
                                     WeightFormat format, ThreadPool& pool, PackCache* packs) {
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
  plan.plain(embeddings, (config.vocab_size + 1) * width,
             numbered(kDecoder + "embed_tokens.", codebooks));

  const auto build = [&](std::byte* memory) { read_all(plan, memory, reader, pool); };
  if (!packs) {
    buffer_ = HugeBuffer(plan.size_bytes());
    build(buffer_.data());
    return;
  }
  Pack pack = packs->load_or_build(weight_format_name(format), plan.size_bytes(), pool, build);
  if (!pack.is_built)
    for (const Piece& piece : plan.pieces) reader.vouch_for(piece.name);
  buffer_ = std::move(pack.buffer);
  plan.place(buffer_.data() + pack.offset);
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

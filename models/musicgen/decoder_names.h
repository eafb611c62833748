// What the decoder's weights are called: the one place that knows transformers' names for them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cadenza {

// Of one block. A list of several names is one fused product: their rows on top of each other.
struct LayerNames {
  explicit LayerNames(std::int64_t index);

  std::string self_norm, cross_norm, ffn_norm;  // prefixes of ".weight" and ".bias"
  std::vector<std::string> qkv, self_out;
  std::vector<std::string> cross_q, cross_kv, cross_out;
  std::vector<std::string> fc1, fc2;
};

// One name per codebook.
std::vector<std::string> embedding_names(std::int64_t num_codebooks);
std::vector<std::string> head_names(std::int64_t num_codebooks);

inline constexpr char kFinalNormName[] = "decoder.model.decoder.layer_norm";

}  // namespace cadenza

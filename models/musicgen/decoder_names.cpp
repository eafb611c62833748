#include "models/musicgen/decoder_names.h"

namespace cadenza {

namespace {

std::vector<std::string> numbered(const std::string& prefix, std::int64_t count) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < count; ++i)
    names.push_back(prefix + "." + std::to_string(i) + ".weight");
  return names;
}

}  // namespace

LayerNames::LayerNames(std::int64_t index) {
  const std::string layer = "decoder.model.decoder.layers." + std::to_string(index) + ".";
  const std::string self = layer + "self_attn.", cross = layer + "encoder_attn.";
  self_norm = layer + "self_attn_layer_norm";
  cross_norm = layer + "encoder_attn_layer_norm";
  ffn_norm = layer + "final_layer_norm";  // the norm before the feed-forward, despite its name
  qkv = {self + "q_proj.weight", self + "k_proj.weight", self + "v_proj.weight"};
  self_out = {self + "out_proj.weight"};
  cross_q = {cross + "q_proj.weight"};
  cross_kv = {cross + "k_proj.weight", cross + "v_proj.weight"};
  cross_out = {cross + "out_proj.weight"};
  fc1 = {layer + "fc1.weight"};
  fc2 = {layer + "fc2.weight"};
}

std::vector<std::string> embedding_names(std::int64_t num_codebooks) {
  return numbered("decoder.model.decoder.embed_tokens", num_codebooks);
}

std::vector<std::string> head_names(std::int64_t num_codebooks) {
  return numbered("decoder.lm_heads", num_codebooks);
}

}  // namespace cadenza

// A MusicGen checkpoint's numbers, as plain data. Every field has the published small model's value
// as its default, because recent transformers write only what differs from theirs.
//
// Source: config.json and generation_config.json of the Hugging Face layout. Torch-free.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/generator.h"

namespace cadenza {

// The text encoder: T5 v1.0 (plain ReLU, not gated).
struct T5Config {
  std::int64_t vocab_size = 32128;
  std::int64_t d_model = 768;
  std::int64_t d_kv = 64;  // width per head; num_heads * d_kv need not equal d_model
  std::int64_t d_ff = 3072;
  std::int64_t num_layers = 12;
  std::int64_t num_heads = 12;
  std::int64_t num_buckets = 32;    // relative_attention_num_buckets
  std::int64_t max_distance = 128;  // relative_attention_max_distance
  double layer_norm_eps = 1e-6;
};

// The language model over codec tokens.
struct DecoderConfig {
  std::int64_t hidden_size = 1024;  // D
  std::int64_t ffn_dim = 4096;
  std::int64_t num_layers = 24;
  std::int64_t num_heads = 16;        // H
  std::int64_t vocab_size = 2048;     // V; embedding tables have V + 1 rows
  std::int64_t num_codebooks = 4;     // K; 8 for stereo
  std::int64_t num_channels = 1;      // audio_channels
  std::int64_t max_positions = 2048;  // max_position_embeddings

  std::int64_t special_token() const { return vocab_size; }  // pad = BOS = "no timestep here"
};

// EnCodec. Stereo models use the same mono codec twice.
struct CodecConfig {
  std::int64_t sample_rate_hz = 32000;
  std::int64_t num_filters = 64;
  std::vector<std::int64_t> ratios = {8, 5, 4, 4};  // decoder order; the encoder uses them reversed
  std::int64_t kernel_size = 7, last_kernel_size = 7, residual_kernel_size = 3;
  std::int64_t num_residual_layers = 1, dilation_growth_rate = 2, compress = 2;
  std::int64_t num_lstm_layers = 2;
  std::int64_t latent_dim = 128;      // F: hidden_size = codebook_dim
  std::int64_t codebook_size = 2048;  // V
  std::int64_t num_quantizers = 4;    // counted in the checkpoint: no config stores it
  bool has_reflect_padding = true;    // pad_mode; false: "constant"

  std::int64_t samples_per_frame() const;  // hop: product of the ratios
};

struct MusicgenConfig {
  T5Config text;
  DecoderConfig decoder;
  CodecConfig codec;
  SamplingSettings sampling;       // generation_config.json; where silent 1.0, 250, 0, 3.0, false
  std::int64_t window_frames = 0;  // min(generation max_length, max_positions - 4)
};

// Both texts are whole files; generation may be empty (absent). Throws Error(bad_model) naming
// file, field, what was found and what is allowed.
MusicgenConfig parse_config(std::string_view config_json, std::string_view generation_json);

}  // namespace cadenza

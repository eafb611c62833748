#include "models/checkpoint/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "lib/error.h"
#include "lib/json/strict_json.h"
#include "models/checkpoint/config_fields.h"
#include "models/checkpoint/foreign_format.h"

namespace cadenza {

namespace {

constexpr const char* kConfigFile = "config.json";
constexpr const char* kGenerationFile = "generation_config.json";

// Far above any published model, far below what could overflow a product of three of them.
constexpr std::int64_t kMaxWidth = 1 << 16;
constexpr std::int64_t kMaxLayers = 512;
constexpr std::int64_t kMaxCodebooks = 64;
constexpr std::int64_t kMaxCodebookSize = INT16_MAX;  // codes travel as 16-bit numbers
constexpr std::int64_t kDefaultMaxLength = 1500;      // of the published models: 30 s

Json parse_file(std::string_view text, const char* file) {
  if (const auto format = foreign_format(text); !format.empty() && format != "JSON text")
    fail(ErrorKind::bad_model, fmt::format("{}: is {}", file, format),
         std::string(foreign_format_hint(format)));
  return parse_json(text, file, JsonLimits{}, ErrorKind::bad_model);
}

T5Config read_text_encoder(const ConfigBlock& block) {
  T5Config text;
  block.expect_word("model_type", "t5");
  block.read_integer("vocab_size", 4, 1 << 20, text.vocab_size);
  block.read_integer("d_model", 1, kMaxWidth, text.d_model);
  block.read_integer("d_kv", 1, kMaxWidth, text.d_kv);
  block.read_integer("d_ff", 1, 4 * kMaxWidth, text.d_ff);
  block.read_integer("num_layers", 1, kMaxLayers, text.num_layers);
  block.read_integer("num_heads", 1, 1024, text.num_heads);
  block.read_integer("relative_attention_num_buckets", 4, kMaxWidth, text.num_buckets);
  block.read_integer("relative_attention_max_distance", 1, 1 << 20, text.max_distance);
  block.read_number("layer_norm_epsilon", 0, 1, text.layer_norm_eps);
  // Gated feed-forward layers (T5 1.1, Flan) have other weights.
  block.expect_word("feed_forward_proj", "relu");
  block.expect_word("dense_act_fn", "relu");
  block.expect_boolean("is_gated_act", false);
  // Half of the buckets look each way, half of those are exact; the rest grow up to max_distance.
  if (text.max_distance <= text.num_buckets / 4)
    block.refuse(
        "relative_attention_max_distance",
        fmt::format("more than a quarter of relative_attention_num_buckets, {}", text.num_buckets));
  return text;
}

// null is legal for a token id: recent files leave it to the generation config.
void expect_special_token(const ConfigBlock& block, const char* key, std::int64_t expected) {
  if (!block.has(key) || block.is_null(key)) return;
  std::int64_t token = 0;
  block.read_integer(key, INT64_MIN, INT64_MAX, token);
  if (token != expected) block.refuse(key, fmt::format("{}, the vocab_size", expected));
}

DecoderConfig read_decoder(const ConfigBlock& block) {
  DecoderConfig decoder;
  block.expect_word("model_type", "musicgen_decoder");
  block.read_integer("hidden_size", 4, kMaxWidth, decoder.hidden_size);
  block.read_integer("ffn_dim", 1, 4 * kMaxWidth, decoder.ffn_dim);
  block.read_integer("num_hidden_layers", 1, kMaxLayers, decoder.num_layers);
  block.read_integer("num_attention_heads", 1, 1024, decoder.num_heads);
  block.read_integer("vocab_size", 1, kMaxCodebookSize, decoder.vocab_size);
  block.read_integer("num_codebooks", 1, kMaxCodebooks, decoder.num_codebooks);
  block.read_integer("audio_channels", 1, 2, decoder.num_channels);
  block.read_integer("max_position_embeddings", kMaxCodebooks + 1, 1 << 20, decoder.max_positions);
  block.expect_word("activation_function", "gelu");
  block.expect_boolean("tie_word_embeddings", false);
  block.expect_null("cross_attention_hidden_size");
  expect_special_token(block, "pad_token_id", decoder.special_token());
  expect_special_token(block, "bos_token_id", decoder.special_token());
  // Sinusoidal positions are sines and cosines side by side, divided by half - 1.
  if (decoder.hidden_size % 2 != 0) block.refuse("hidden_size", "an even number");
  if (decoder.hidden_size % decoder.num_heads != 0)
    block.refuse("hidden_size",
                 fmt::format("a multiple of num_attention_heads, {}", decoder.num_heads));
  if (decoder.num_codebooks % decoder.num_channels != 0)
    block.refuse("num_codebooks", "as many codebooks for each of the two audio_channels");
  return decoder;
}

void expect_codec_kind(const ConfigBlock& block) {
  block.expect_word("model_type", "encodec");
  block.expect_word("norm_type", "weight_norm");
  block.expect_boolean("use_causal_conv", false);
  block.expect_boolean("use_conv_shortcut", false);
  block.expect_boolean("normalize", false);
  block.expect_null("chunk_length_s");
  std::int64_t channels = 1;  // stereo models run the mono codec twice
  block.read_integer("audio_channels", 1, 1, channels);
}

CodecConfig read_codec(const ConfigBlock& block) {
  CodecConfig codec;
  expect_codec_kind(block);
  block.read_integer("sampling_rate", 1000, 384000, codec.sample_rate_hz);
  block.read_integer("num_filters", 1, 4096, codec.num_filters);
  block.read_integers("upsampling_ratios", 8, 1, 64, codec.ratios);
  block.read_integer("kernel_size", 1, 255, codec.kernel_size);
  block.read_integer("last_kernel_size", 1, 255, codec.last_kernel_size);
  block.read_integer("residual_kernel_size", 1, 255, codec.residual_kernel_size);
  block.read_integer("num_residual_layers", 1, 8, codec.num_residual_layers);
  block.read_integer("dilation_growth_rate", 1, 8, codec.dilation_growth_rate);
  block.read_integer("compress", 1, codec.num_filters, codec.compress);
  block.read_integer("num_lstm_layers", 1, 16, codec.num_lstm_layers);
  block.read_integer("hidden_size", 1, kMaxWidth, codec.latent_dim);
  block.read_integer("codebook_size", 1, kMaxCodebookSize, codec.codebook_size);
  std::int64_t codebook_dim = codec.latent_dim;
  block.read_integer("codebook_dim", 1, kMaxWidth, codebook_dim);
  if (codebook_dim != codec.latent_dim)
    block.refuse("codebook_dim", fmt::format("hidden_size, {}", codec.latent_dim));
  if (codec.samples_per_frame() > codec.sample_rate_hz)
    block.refuse("upsampling_ratios", "a product below the sampling_rate");
  if (codec.num_filters << codec.ratios.size() > kMaxWidth)
    block.refuse("num_filters", "less: it doubles with every ratio");
  std::string pad_mode = "reflect";
  block.read_word("pad_mode", {"reflect", "constant"}, pad_mode);
  codec.has_reflect_padding = pad_mode == "reflect";
  return codec;
}

void expect_musicgen(const ConfigBlock& file) {
  if (file.is_text("model_type", "musicgen_melody"))
    fail(ErrorKind::bad_model,
         fmt::format("{}: model_type: melody checkpoints are not supported yet", kConfigFile),
         "use a text checkpoint such as facebook/musicgen-small");
  if (!file.has("model_type")) file.refuse("model_type", "\"musicgen\"");
  file.expect_word("model_type", "musicgen");
}

// Which columns the longest piece may fill: frames, the first column, and the longest delay.
std::int64_t longest_window(const DecoderConfig& decoder) {
  const std::int64_t longest_delay = decoder.num_codebooks / decoder.num_channels - 1;
  return decoder.max_positions - 1 - longest_delay;
}

void read_generation(std::string_view text, MusicgenConfig& config) {
  std::int64_t max_length = kDefaultMaxLength;
  if (!text.empty()) {
    const ConfigBlock file(parse_file(text, kGenerationFile), kGenerationFile, "", Nulls::absent);
    SamplingSettings& sampling = config.sampling;
    std::int64_t top_k = sampling.top_k;
    bool is_sampling = true;
    file.read_number("guidance_scale", 0, 20, sampling.guidance);
    file.read_number("temperature", 0, 5, sampling.temperature);
    file.read_integer("top_k", 0, INT32_MAX, top_k);
    file.read_number("top_p", 0, 1, sampling.top_p);
    file.read_boolean("do_sample", is_sampling);
    file.read_integer("max_length", 1, 1 << 20, max_length);
    sampling.top_k = static_cast<int>(top_k);
    sampling.is_greedy = !is_sampling;
  }
  config.window_frames = std::min(max_length, longest_window(config.decoder));
}

}  // namespace

std::int64_t CodecConfig::samples_per_frame() const {
  return std::accumulate(ratios.begin(), ratios.end(), std::int64_t{1}, std::multiplies<>());
}

MusicgenConfig parse_config(std::string_view config_json, std::string_view generation_json) {
  const ConfigBlock file(parse_file(config_json, kConfigFile), kConfigFile, "");
  expect_musicgen(file);
  MusicgenConfig config;
  config.text = read_text_encoder(file.block("text_encoder"));
  config.decoder = read_decoder(file.block("decoder"));
  config.codec = read_codec(file.block("audio_encoder"));
  if (config.decoder.vocab_size != config.codec.codebook_size)
    file.block("decoder").refuse(
        "vocab_size", fmt::format("audio_encoder.codebook_size, {}", config.codec.codebook_size));
  config.codec.num_quantizers = config.decoder.num_codebooks / config.decoder.num_channels;
  read_generation(generation_json, config);
  return config;
}

}  // namespace cadenza

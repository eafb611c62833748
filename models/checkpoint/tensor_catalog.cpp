#include "models/checkpoint/tensor_catalog.h"

#include <utility>

namespace cadenza {

namespace {

class Catalog {
 public:
  void add(std::string name, Shape shape) {
    tensors_.push_back({std::move(name), std::move(shape)});
  }

  // weight (N) and bias (N) of a layer norm.
  void add_norm(const std::string& prefix, std::int64_t width) {
    add(prefix + ".weight", {width});
    add(prefix + ".bias", {width});
  }

  void add_attention(const std::string& prefix, std::int64_t width) {
    for (const char* part : {".q_proj", ".k_proj", ".v_proj", ".out_proj"})
      add(prefix + part + ".weight", {width, width});
  }

  // weight is (out, in, kernel), for a transposed convolution (in, out, kernel).
  void add_convolution(const std::string& prefix, Shape weight, std::int64_t num_outputs) {
    tensors_.push_back({prefix + ".conv.weight", std::move(weight), true});
    add(prefix + ".conv.bias", {num_outputs});
  }

  std::vector<ExpectedTensor> take() { return std::move(tensors_); }

 private:
  std::vector<ExpectedTensor> tensors_;
};

std::string numbered(const std::string& prefix, std::int64_t index) {
  return prefix + "." + std::to_string(index);
}

void add_text_encoder(Catalog& catalog, const T5Config& text) {
  const std::int64_t inner = text.num_heads * text.d_kv;
  const std::string encoder = "text_encoder.encoder";
  catalog.add("text_encoder.shared.weight", {text.vocab_size, text.d_model});
  for (std::int64_t i = 0; i < text.num_layers; ++i) {
    const std::string block = numbered(encoder + ".block", i);
    const std::string attention = block + ".layer.0.SelfAttention";
    for (const char* part : {".q.weight", ".k.weight", ".v.weight"})
      catalog.add(attention + part, {inner, text.d_model});
    catalog.add(attention + ".o.weight", {text.d_model, inner});
    if (i == 0)  // all blocks share the first one's table
      catalog.add(attention + ".relative_attention_bias.weight",
                  {text.num_buckets, text.num_heads});
    catalog.add(block + ".layer.0.layer_norm.weight", {text.d_model});
    catalog.add(block + ".layer.1.DenseReluDense.wi.weight", {text.d_ff, text.d_model});
    catalog.add(block + ".layer.1.DenseReluDense.wo.weight", {text.d_model, text.d_ff});
    catalog.add(block + ".layer.1.layer_norm.weight", {text.d_model});
  }
  catalog.add(encoder + ".final_layer_norm.weight", {text.d_model});
}

void add_decoder(Catalog& catalog, const DecoderConfig& decoder) {
  const std::int64_t width = decoder.hidden_size;
  const std::string stack = "decoder.model.decoder";
  for (std::int64_t k = 0; k < decoder.num_codebooks; ++k)
    catalog.add(numbered(stack + ".embed_tokens", k) + ".weight", {decoder.vocab_size + 1, width});
  for (std::int64_t i = 0; i < decoder.num_layers; ++i) {
    const std::string layer = numbered(stack + ".layers", i);
    catalog.add_attention(layer + ".self_attn", width);
    catalog.add_norm(layer + ".self_attn_layer_norm", width);
    catalog.add_attention(layer + ".encoder_attn", width);
    catalog.add_norm(layer + ".encoder_attn_layer_norm", width);
    catalog.add(layer + ".fc1.weight", {decoder.ffn_dim, width});
    catalog.add(layer + ".fc2.weight", {width, decoder.ffn_dim});
    catalog.add_norm(layer + ".final_layer_norm", width);
  }
  catalog.add_norm(stack + ".layer_norm", width);
  for (std::int64_t k = 0; k < decoder.num_codebooks; ++k)
    catalog.add(numbered("decoder.lm_heads", k) + ".weight", {decoder.vocab_size, width});
}

// Numbers the layers of one half of the codec as they are added.
class CodecStack {
 public:
  CodecStack(Catalog& catalog, const CodecConfig& codec, std::string prefix)
      : catalog_(catalog), codec_(codec), prefix_(std::move(prefix)) {}

  void skip_activation() { ++index_; }

  void add_convolution(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel) {
    catalog_.add_convolution(next(), {outputs, inputs, kernel}, outputs);
  }

  void add_transposed(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel) {
    catalog_.add_convolution(next(), {inputs, outputs, kernel}, outputs);
  }

  void add_residual_blocks(std::int64_t width) {
    const std::int64_t inner = width / codec_.compress;
    for (std::int64_t i = 0; i < codec_.num_residual_layers; ++i) {
      const std::string block = next() + ".block";
      catalog_.add_convolution(block + ".1", {inner, width, codec_.residual_kernel_size}, inner);
      catalog_.add_convolution(block + ".3", {width, inner, 1}, width);
    }
  }

  void add_lstm(std::int64_t width) {
    const std::string lstm = next() + ".lstm";
    for (std::int64_t i = 0; i < codec_.num_lstm_layers; ++i) {
      const std::string layer = "_l" + std::to_string(i);
      catalog_.add(lstm + ".weight_ih" + layer, {4 * width, width});
      catalog_.add(lstm + ".weight_hh" + layer, {4 * width, width});
      catalog_.add(lstm + ".bias_ih" + layer, {4 * width});
      catalog_.add(lstm + ".bias_hh" + layer, {4 * width});
    }
  }

 private:
  std::string next() { return numbered(prefix_, index_++); }

  Catalog& catalog_;
  const CodecConfig& codec_;
  std::string prefix_;
  std::int64_t index_ = 0;
};

void add_codec_encoder(Catalog& catalog, const CodecConfig& codec) {
  CodecStack stack(catalog, codec, "audio_encoder.encoder.layers");
  std::int64_t width = codec.num_filters;
  stack.add_convolution(1, width, codec.kernel_size);
  for (auto ratio = codec.ratios.rbegin(); ratio != codec.ratios.rend(); ++ratio) {
    stack.add_residual_blocks(width);
    stack.skip_activation();
    stack.add_convolution(width, 2 * width, 2 * *ratio);
    width *= 2;
  }
  stack.add_lstm(width);
  stack.skip_activation();
  stack.add_convolution(width, codec.latent_dim, codec.last_kernel_size);
}

void add_codec_decoder(Catalog& catalog, const CodecConfig& codec) {
  CodecStack stack(catalog, codec, "audio_encoder.decoder.layers");
  std::int64_t width = codec.num_filters << codec.ratios.size();
  stack.add_convolution(codec.latent_dim, width, codec.kernel_size);
  stack.add_lstm(width);
  for (const std::int64_t ratio : codec.ratios) {
    stack.skip_activation();
    stack.add_transposed(width, width / 2, 2 * ratio);
    width /= 2;
    stack.add_residual_blocks(width);
  }
  stack.skip_activation();
  stack.add_convolution(width, 1, codec.last_kernel_size);
}

void add_codec(Catalog& catalog, const CodecConfig& codec) {
  add_codec_encoder(catalog, codec);
  add_codec_decoder(catalog, codec);
  for (std::int64_t k = 0; k < codec.num_quantizers; ++k)
    catalog.add(numbered("audio_encoder.quantizer.layers", k) + ".codebook.embed",
                {codec.codebook_size, codec.latent_dim});
}

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> endings) {
  for (const std::string_view ending : endings)
    if (name.ends_with(ending)) return true;
  return false;
}

}  // namespace

std::vector<ExpectedTensor> expected_tensors(const MusicgenConfig& config) {
  Catalog catalog;
  add_text_encoder(catalog, config.text);
  if (config.text.d_model != config.decoder.hidden_size) {
    catalog.add("enc_to_dec_proj.weight", {config.decoder.hidden_size, config.text.d_model});
    catalog.add("enc_to_dec_proj.bias", {config.decoder.hidden_size});
  }
  add_decoder(catalog, config.decoder);
  add_codec(catalog, config.codec);
  return catalog.take();
}

bool is_unused_tensor(std::string_view name) {
  if (name == "decoder.model.decoder.embed_positions.weights") return true;
  if (name.starts_with("audio_encoder.quantizer.layers."))
    return ends_with_any(name,
                         {".codebook.inited", ".codebook.cluster_size", ".codebook.embed_avg"});
  if (name.starts_with("audio_encoder."))
    return ends_with_any(name, {".stride", ".kernel_size", ".padding_total"});
  return false;
}

}  // namespace cadenza

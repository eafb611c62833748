#include "models/checkpoint/config.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/goldens.h"
#include "tests/support/thrown.h"

using namespace cadenza;
using nlohmann::json;

namespace {

std::string text_of(const std::string& file) {
  std::ifstream stream(cadenza::testing::data_path(file), std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// mono's config.json with one field changed.
std::string complaint(const std::string& pointer, const json& value) {
  json config = json::parse(text_of("mono/config.json"));
  config[json::json_pointer(pointer)] = value;
  const auto error = thrown([&] { parse_config(config.dump(), ""); });
  if (!error) return "accepted";
  CHECK(error->kind() == ErrorKind::bad_model);
  return error->sentence();
}

MusicgenConfig with_generation(const std::string& text) {
  return parse_config(text_of("mono/config.json"), text);
}

std::string generation_complaint(const std::string& text) {
  const auto error = thrown([&] { with_generation(text); });
  return error ? error->sentence() : "accepted";
}

}  // namespace

TEST_CASE("every number of a config is read") {
  const auto config =
      parse_config(text_of("stereo/config.json"), text_of("stereo/generation_config.json"));
  CHECK(config.text.d_model == 40);
  CHECK(config.text.d_kv == 12);
  CHECK(config.text.num_heads == 4);
  CHECK(config.text.d_ff == 72);
  CHECK(config.text.num_layers == 2);
  CHECK(config.text.vocab_size == 1104);
  CHECK(config.text.num_buckets == 16);
  CHECK(config.text.max_distance == 64);
  CHECK(config.text.layer_norm_eps == 1e-3);
  CHECK(config.decoder.hidden_size == 48);
  CHECK(config.decoder.num_heads == 3);
  CHECK(config.decoder.ffn_dim == 144);
  CHECK(config.decoder.num_layers == 2);
  CHECK(config.decoder.vocab_size == 32);
  CHECK(config.decoder.num_codebooks == 8);
  CHECK(config.decoder.num_channels == 2);
  CHECK(config.decoder.max_positions == 224);
  CHECK(config.codec.kernel_size == 5);
  CHECK(config.codec.last_kernel_size == 3);
  CHECK(config.codec.num_residual_layers == 2);
  CHECK(config.codec.latent_dim == 12);
  CHECK(config.codec.num_quantizers == 4);
  CHECK(config.codec.samples_per_frame() == 640);
  CHECK(config.codec.has_reflect_padding);
  CHECK(config.sampling.guidance == 3.0);
  CHECK(config.window_frames == 150);
}

TEST_CASE("absent fields have the published small model's values") {
  const auto config = parse_config(R"({"model_type":"musicgen"})", "");
  CHECK(config.decoder.hidden_size == 1024);
  CHECK(config.text.d_model == 768);
  CHECK(config.codec.latent_dim == 128);
  CHECK(config.sampling.top_k == 250);
  CHECK(config.window_frames == 1500);
}

TEST_CASE("a wrong field is named with what was found and what is allowed") {
  CHECK(complaint("/decoder/hidden_size", "x") ==
        "config.json: decoder.hidden_size: expected an integer from 4 to 65536, found \"x\"");
  CHECK(complaint("/audio_encoder/upsampling_ratios", {8, 5.5}) ==
        "config.json: audio_encoder.upsampling_ratios: expected 1 to 8 integers from 1 to 64, "
        "found [8,5.5]");
  CHECK(complaint("/decoder", nullptr) == "config.json: decoder: expected an object, found null");
  CHECK(complaint("/model_type", "bert") ==
        "config.json: model_type: expected \"musicgen\", found \"bert\"");
}

TEST_CASE("what the model computes differently is refused") {
  for (const auto& [pointer, value] :
       std::vector<std::pair<std::string, json>>{{"/decoder/activation_function", "relu"},
                                                 {"/decoder/tie_word_embeddings", true},
                                                 {"/text_encoder/feed_forward_proj", "gated-gelu"},
                                                 {"/text_encoder/is_gated_act", true},
                                                 {"/audio_encoder/use_causal_conv", true},
                                                 {"/audio_encoder/use_conv_shortcut", true},
                                                 {"/audio_encoder/norm_type", "time_group_norm"},
                                                 {"/audio_encoder/normalize", true},
                                                 {"/audio_encoder/chunk_length_s", 1.0},
                                                 {"/audio_encoder/pad_mode", "replicate"},
                                                 {"/audio_encoder/audio_channels", 2},
                                                 {"/audio_encoder/codebook_dim", 8}}) {
    CAPTURE(pointer);
    CHECK(complaint(pointer, value).starts_with("config.json: "));
  }
}

TEST_CASE("numbers that contradict each other are refused") {
  CHECK(complaint("/decoder/num_attention_heads", 3).find("multiple of num_attention_heads") !=
        std::string::npos);
  CHECK(complaint("/decoder/vocab_size", 63) != "accepted");
  CHECK(complaint("/audio_encoder/codebook_size", 128).find("decoder.vocab_size") !=
        std::string::npos);
  CHECK(complaint("/decoder/pad_token_id", 63).find("pad_token_id") != std::string::npos);
  CHECK(complaint("/decoder/pad_token_id", nullptr) == "accepted");
  json config = json::parse(text_of("mono/config.json"));
  config["decoder"]["audio_channels"] = 2;
  config["decoder"]["num_codebooks"] = 5;
  CHECK(thrown([&] { parse_config(config.dump(), ""); }));
}

TEST_CASE("scale_embedding is ignored, as transformers does") {
  CHECK(complaint("/decoder/scale_embedding", true) == "accepted");
}

TEST_CASE("a melody checkpoint has a sentence of its own") {
  CHECK(complaint("/model_type", "musicgen_melody").find("melody checkpoints are not supported") !=
        std::string::npos);
}

TEST_CASE("the generation config overrides our sampling, and null leaves it") {
  const auto config = with_generation(
      R"({"guidance_scale":1.5,"temperature":0.7,"top_k":50,"top_p":0.9,"max_length":100})");
  CHECK(config.sampling.guidance == 1.5);
  CHECK(config.sampling.temperature == 0.7);
  CHECK(config.sampling.top_k == 50);
  CHECK(config.sampling.top_p == 0.9);
  CHECK_FALSE(config.sampling.is_greedy);
  CHECK(config.window_frames == 100);
  const auto silent =
      with_generation(R"({"guidance_scale":null,"top_k":null,"do_sample":null,"max_length":null})");
  CHECK(silent.sampling.guidance == 3.0);
  CHECK(silent.sampling.top_k == 250);
  CHECK_FALSE(silent.sampling.is_greedy);
}

TEST_CASE("do_sample false means greedy") {
  CHECK(with_generation(R"({"do_sample":false})").sampling.is_greedy);
}

TEST_CASE("the window leaves room for the first column and the longest delay") {
  // mono: 224 positions, 4 codebooks; column 0 and three steps of delay come on top.
  CHECK(with_generation("").window_frames == 220);
  CHECK(with_generation(R"({"max_length":1500})").window_frames == 220);
}

TEST_CASE("a wrong generation config names its own file") {
  for (const char* text : {"{", "[]", R"({"guidance_scale":"three"})", R"({"max_length":-5})",
                           R"({"top_p":1.5})", R"({"temperature":-1})", R"({"top_k":1.5})"})
    CHECK(generation_complaint(text).starts_with("generation_config.json: "));
}

TEST_CASE("a page or pointer in place of a config is named") {
  const auto said = [](const char* text) {
    return thrown([&] { parse_config(text, ""); })->sentence();
  };
  CHECK(said("<!DOCTYPE html>") == "config.json: is an HTML page");
  CHECK(said("version https://git-lfs.github.com/spec/v1\n").find("git-lfs") != std::string::npos);
}

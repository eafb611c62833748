#include "models/checkpoint/checkpoint.h"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>

#include "models/checkpoint/model_files.h"
#include "models/checkpoint/weights.h"
#include "tests/support/goldens.h"
#include "tests/support/made_files.h"
#include "tests/support/thrown.h"
#include "tests/support/tolerances.h"

using namespace cadenza;
using cadenza::testing::data_path;
using cadenza::testing::Goldens;
using cadenza::testing::made_file;

namespace {

// A fixture's files; where it has no tokenizer, mono's.
ModelFiles fixture(const std::string& name) {
  ModelFiles files = open_model_folder(data_path(name), name);
  if (files.find("spiece.model") == nullptr)
    files.files["spiece.model"] = open_file(data_path("mono/spiece.model"), "spiece.model");
  return files;
}

std::vector<float> read(const Checkpoint& checkpoint, const std::string& name) {
  std::size_t size = 1;
  for (const std::int64_t extent : checkpoint.weights().shape(name))
    size *= static_cast<std::size_t>(extent);
  std::vector<float> values(size);
  checkpoint.weights().read(name, values);
  return values;
}

Error refusal(ModelFiles files) {
  const auto error = thrown([&] { Checkpoint checkpoint(std::move(files)); });
  REQUIRE(error);
  return *error;
}

// How far a convolution's weight is from the golden one: "folded.decoder.layer3".
double folding_error(const Checkpoint& checkpoint, const Goldens& goldens,
                     const std::string& name) {
  const std::string side = name.substr(7, 7), layer = name.substr(name.find("layer") + 5);
  const auto& golden = goldens.at(name).floats;
  const auto values =
      read(checkpoint, "audio_encoder." + side + ".layers." + layer + ".conv.weight");
  REQUIRE(values.size() == golden.size());
  double error = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    error = std::max(error, std::abs(static_cast<double>(values[i]) - golden[i]));
  return error;
}

}  // namespace

TEST_CASE("a checkpoint says what it is") {
  const Checkpoint checkpoint(fixture("stereo"));
  const ModelInfo& info = checkpoint.info();
  CHECK(info.name == "stereo");
  CHECK(info.num_channels == 2);
  CHECK(info.num_codebooks == 8);
  CHECK(info.codebook_size == 32);
  CHECK(info.sample_rate_hz == 32000);
  CHECK(info.samples_per_frame == 640);
  CHECK(info.window_frames == 150);
  CHECK(info.license == "unknown");
  CHECK(info.files.size() == 5);
}

TEST_CASE("the starter opens, and its weights are finite") {
  const Checkpoint checkpoint(find_model_files("starter", {}));
  CHECK(checkpoint.info().license == "MIT");
  checkpoint.weights().expect_unread_finite();
}

TEST_CASE("shards, and the new names of weight norm, hold the same tensors as the single file") {
  const Checkpoint mono(fixture("mono")), sharded(fixture("sharded"));
  REQUIRE(mono.weights().names() == sharded.weights().names());
  CHECK(mono.info().num_parameters == sharded.info().num_parameters);
  for (const std::string& name : mono.weights().names()) {
    CAPTURE(name);
    CHECK(read(mono, name) == read(sharded, name));
  }
}

TEST_CASE("weight norm folds to the reference's weights, in fp32 and from fp16") {
  for (const std::string model : {"mono", "stereo"}) {
    const Checkpoint checkpoint(fixture(model));
    const Goldens goldens(model + "/goldens/codec.safetensors");
    int num_layers = 0;
    for (const std::string& name : goldens.names()) {
      if (!name.starts_with("folded.")) continue;
      ++num_layers;
      CAPTURE(model + " " + name);
      CHECK(folding_error(checkpoint, goldens, name) <= cadenza::testing::kFoldedWeightTolerance);
    }
    CHECK(num_layers == 2);  // one strided, one transposed
  }
}

TEST_CASE("half precision is widened exactly") {
  const Checkpoint stereo(fixture("stereo"));
  const Goldens file("stereo/model.safetensors");
  CHECK(read(stereo, "decoder.lm_heads.0.weight") == file.at("decoder.lm_heads.0.weight").floats);
}

TEST_CASE("parameters are those the model computes with") {
  const Goldens file("mono/model.safetensors");
  std::int64_t stored = 0, unused = 0;
  for (const std::string& name : file.names()) {
    const auto size = static_cast<std::int64_t>(file.at(name).floats.size());
    stored += size;
    const bool is_unused = name.ends_with("embed_positions.weights") || name.ends_with(".inited") ||
                           name.ends_with(".cluster_size") || name.ends_with(".embed_avg") ||
                           name.ends_with(".weight_g");
    unused += is_unused ? size : 0;
  }
  CHECK(Checkpoint(fixture("mono")).info().num_parameters == stored - unused);
}

TEST_CASE("a configuration that does not fit the weights names the first tensor and lists all") {
  ModelFiles files = fixture("mono");
  std::string config = files.find("config.json")->read_all(1 << 20);
  const std::string from = "\"ffn_dim\": 160";
  config.replace(config.find(from), from.size(), "\"ffn_dim\": 161");
  files.files["config.json"] = made_file("config.json", config);
  const Error error = refusal(std::move(files));
  CHECK(error.kind() == ErrorKind::bad_model);
  CHECK(error.sentence() ==
        "model.safetensors: 6 tensors do not fit config.json, the first: "
        "\"decoder.model.decoder.layers.0.fc1.weight\": expected shape (161, 64), found (160, 64)");
  CHECK(error.details().size() == 6);
}

TEST_CASE("missing files are not found, by name") {
  for (const auto& [missing, named] :
       std::map<std::string, std::string>{{"config.json", "config.json"},
                                          {"model.safetensors", "model.safetensors"},
                                          {"spiece.model", "tokenizer.json, spiece.model"}}) {
    ModelFiles files = fixture("mono");
    files.files.erase(missing);
    files.files.erase("tokenizer.json");
    const Error error = refusal(std::move(files));
    CHECK(error.kind() == ErrorKind::not_found);
    CHECK(error.sentence().starts_with(named + ": "));
  }
}

TEST_CASE("spiece.model and tokenizer.json give the same vocabulary") {
  ModelFiles files = fixture("mono");
  files.files.erase("spiece.model");
  CHECK(Checkpoint(std::move(files)).sentencepiece_model() ==
        Checkpoint(fixture("mono")).sentencepiece_model());
}

TEST_CASE("a vocabulary larger than the embedding table is refused") {
  ModelFiles files = fixture("mono");
  files.files["tokenizer_config.json"] =
      made_file("tokenizer_config.json", R"({"extra_ids": 105})");
  CHECK(refusal(std::move(files)).sentence() ==
        "spiece.model: holds 1105 tokens with the sentinels, config.json's "
        "text_encoder.vocab_size is 1104");
}

TEST_CASE("an empty generation config is damaged, an absent one is fine") {
  ModelFiles files = fixture("mono");
  files.files["generation_config.json"] = made_file("generation_config.json", "");
  CHECK(refusal(files).sentence() == "generation_config.json: is empty");
  files.files.erase("generation_config.json");
  CHECK(Checkpoint(files).info().window_frames == 220);
}

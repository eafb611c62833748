#include "models/checkpoint/checkpoint.h"

#include <fmt/format.h>

#include <utility>

#include "lib/error.h"
#include "lib/text/quote_tail.h"
#include "models/checkpoint/file_weights.h"
#include "models/checkpoint/sentinels.h"
#include "models/checkpoint/spiece_model.h"
#include "models/checkpoint/stored_tensors.h"
#include "models/checkpoint/tensor_binding.h"
#include "models/checkpoint/tensor_catalog.h"
#include "models/checkpoint/tokenizer_json.h"

namespace cadenza {

namespace {

constexpr std::uint64_t kMaxConfigBytes = 1 << 20;
constexpr std::uint64_t kMaxTokenizerBytes = 16 << 20;
constexpr const char* kSpieceFile = "spiece.model";

MusicgenConfig read_config(const ModelFiles& files) {
  const auto config = files.find("config.json");
  if (config == nullptr)
    fail(ErrorKind::not_found,
         fmt::format("config.json: is not in the model {}", quoted_tail(files.name)),
         "give the folder that holds config.json and model.safetensors");
  const auto generation = files.find("generation_config.json");
  if (generation != nullptr && generation->size_bytes() == 0)
    fail(ErrorKind::bad_model, "generation_config.json: is empty", "download it again");
  return parse_config(config->read_all(kMaxConfigBytes),
                      generation == nullptr ? "" : generation->read_all(kMaxConfigBytes));
}

SpieceModel read_tokenizer(const ModelFiles& files, std::int64_t text_vocab_size) {
  const auto spiece = files.find(kSpieceFile);
  const auto json = files.find(kTokenizerJsonFile);
  if (spiece == nullptr && json == nullptr)
    fail(ErrorKind::not_found,
         fmt::format("tokenizer.json, spiece.model: neither is in the model {}",
                     quoted_tail(files.name)),
         "download the model's tokenizer files");
  const auto& source = spiece == nullptr ? json : spiece;
  const std::string bytes = source->read_all(kMaxTokenizerBytes);
  SpieceModel model =
      spiece == nullptr ? parse_tokenizer_json(bytes) : parse_spiece_model(bytes, kSpieceFile);
  add_special_tokens(model, num_sentinels(files));
  if (static_cast<std::int64_t>(model.pieces.size()) > text_vocab_size)
    fail(
        ErrorKind::bad_model,
        fmt::format("{}: holds {} tokens with the sentinels, config.json's text_encoder.vocab_size "
                    "is {}",
                    source->name(), model.pieces.size(), text_vocab_size));
  return model;
}

std::int64_t num_parameters(const WeightReader& weights) {
  std::int64_t count = 0;
  for (const std::string& name : weights.names()) {
    std::int64_t size = 1;
    for (const std::int64_t extent : weights.shape(name)) size *= extent;
    count += size;
  }
  return count;
}

ModelInfo make_info(const ModelFiles& files, const MusicgenConfig& config,
                    const WeightReader& weights, std::uint64_t size_bytes) {
  ModelInfo info;
  info.name = files.name;
  info.revision = files.revision;
  info.license = files.license;
  info.num_parameters = num_parameters(weights);
  info.size_bytes = static_cast<std::int64_t>(size_bytes);
  info.sample_rate_hz = static_cast<int>(config.codec.sample_rate_hz);
  info.num_channels = static_cast<int>(config.decoder.num_channels);
  info.num_codebooks = static_cast<int>(config.decoder.num_codebooks);
  info.codebook_size = static_cast<int>(config.decoder.vocab_size);
  info.samples_per_frame = static_cast<int>(config.codec.samples_per_frame());
  info.window_frames = config.window_frames;
  info.sampling_defaults = config.sampling;
  for (const auto& [name, source] : files.files) info.files.push_back(name);
  return info;
}

}  // namespace

Checkpoint::Checkpoint(ModelFiles files) : files_(std::move(files)) {
  config_ = read_config(files_);
  const StoredTensors stored = read_stored_tensors(files_);
  weights_ = make_file_weights(bind_tensors(expected_tensors(config_), stored));
  sentencepiece_model_ = serialize(read_tokenizer(files_, config_.text.vocab_size));
  info_ = make_info(files_, config_, *weights_, stored.size_bytes);
}

Checkpoint::~Checkpoint() = default;

}  // namespace cadenza

// An opened checkpoint: files found, headers and configuration checked, no weights read.
// Torch-free.
#pragma once

#include <memory>
#include <string>

#include "lib/generator.h"
#include "models/checkpoint/config.h"
#include "models/checkpoint/model_files.h"

namespace cadenza {

class WeightReader;

class Checkpoint {
 public:
  // Throws Error(not_found, bad_model); reports all tensors that do not fit at once, as details.
  // info().num_parameters counts the elements of the tensors the model computes with, weight norm
  // folded: neither stored positions nor the statistics of codebook training.
  explicit Checkpoint(ModelFiles files);
  ~Checkpoint();

  const ModelFiles& files() const { return files_; }
  const ModelInfo& info() const { return info_; }
  const MusicgenConfig& config() const { return config_; }
  const WeightReader& weights() const { return *weights_; }
  // A serialised SentencePiece model, checked, the sentinels <extra_id_N> included: from
  // spiece.model, or made from tokenizer.json.
  const std::string& sentencepiece_model() const { return sentencepiece_model_; }

 private:
  ModelFiles files_;
  ModelInfo info_;
  MusicgenConfig config_;
  std::unique_ptr<WeightReader> weights_;
  std::string sentencepiece_model_;
};

}  // namespace cadenza

// All tensors of a checkpoint by the names its files use, whether in one file or in shards.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/io/byte_source.h"
#include "models/checkpoint/model_files.h"
#include "models/checkpoint/safetensors.h"

namespace cadenza {

struct StoredTensor {
  std::shared_ptr<const ByteSource> source;
  TensorEntry entry;
};

struct StoredTensors {
  std::string name;  // of the file that answers for them: model.safetensors or the shards' index
  std::map<std::string, StoredTensor, std::less<>> tensors;
  std::uint64_t size_bytes = 0;  // of all files read

  const StoredTensor* find(std::string_view tensor) const;
};

// Reads the headers of model.safetensors, or of the shards that model.safetensors.index.json lists.
// Throws Error(not_found) naming a file that is not there, Error(bad_model) for a damaged one and
// where index and shards disagree.
StoredTensors read_stored_tensors(const ModelFiles& files);

}  // namespace cadenza

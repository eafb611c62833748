#include "models/checkpoint/stored_tensors.h"

#include <fmt/format.h>

#include <unordered_map>

#include "lib/error.h"
#include "lib/text/quote_tail.h"
#include "models/checkpoint/shard_index.h"

namespace cadenza {

namespace {

constexpr const char* kSingleFile = "model.safetensors";
constexpr std::uint64_t kMaxIndexBytes = 16 << 20;

void add_file(StoredTensors& stored, const std::shared_ptr<const ByteSource>& source) {
  for (TensorEntry& entry : read_safetensors_header(*source)) {
    const std::string name = entry.name;
    const auto [found, is_new] = stored.tensors.try_emplace(name, source, std::move(entry));
    if (!is_new)
      fail(ErrorKind::bad_model, fmt::format("{}: tensor {} stands in {} too", source->name(),
                                             quoted_tail(name), found->second.source->name()));
  }
  stored.size_bytes += source->size_bytes();
}

// Every tensor where the map says, and nothing that it does not know.
void expect_as_mapped(const StoredTensors& stored, const ShardIndex& index) {
  for (const auto& [tensor, shard] : index.weight_map) {
    const StoredTensor* found = stored.find(tensor);
    if (found == nullptr)
      fail(ErrorKind::bad_model, fmt::format("{}: has no tensor {}, though {} says so", shard,
                                             quoted_tail(tensor), kShardIndexFile));
    if (found->source->name() != shard)
      fail(ErrorKind::bad_model,
           fmt::format("{}: tensor {} should be in {}, found in {}", kShardIndexFile,
                       quoted_tail(tensor), shard, found->source->name()));
  }
  if (stored.tensors.size() == index.weight_map.size()) return;
  std::unordered_map<std::string_view, std::string_view> mapped(index.weight_map.begin(),
                                                                index.weight_map.end());
  for (const auto& [tensor, place] : stored.tensors)
    if (!mapped.contains(tensor))
      fail(ErrorKind::bad_model,
           fmt::format("{}: tensor {} is not listed in {}", place.source->name(),
                       quoted_tail(tensor), kShardIndexFile));
}

StoredTensors read_shards(const ModelFiles& files, const ByteSource& index_source) {
  const ShardIndex index = parse_shard_index(index_source.read_all(kMaxIndexBytes));
  StoredTensors stored;
  stored.name = index_source.name();
  for (const std::string& shard : index.shards) {
    const auto source = files.find(shard);
    if (source == nullptr)
      fail(ErrorKind::not_found,
           fmt::format("{}: is not there, though {} lists it", shard, kShardIndexFile));
    add_file(stored, source);
  }
  expect_as_mapped(stored, index);
  return stored;
}

[[noreturn]] void fail_without_weights(const ModelFiles& files) {
  for (const char* pickle : {"pytorch_model.bin", "pytorch_model.bin.index.json", "state_dict.bin"})
    if (files.find(pickle) != nullptr)
      fail(ErrorKind::bad_model,
           fmt::format("{}: pickle checkpoint: not loaded because it can run code", pickle),
           "convert it to safetensors");
  fail(ErrorKind::not_found,
       fmt::format("{}: is not in the model {}", kSingleFile, quoted_tail(files.name)),
       "download the model's .safetensors files");
}

}  // namespace

const StoredTensor* StoredTensors::find(std::string_view tensor) const {
  const auto found = tensors.find(tensor);
  return found == tensors.end() ? nullptr : &found->second;
}

StoredTensors read_stored_tensors(const ModelFiles& files) {
  if (const auto single = files.find(kSingleFile)) {
    StoredTensors stored;
    stored.name = kSingleFile;
    add_file(stored, single);
    return stored;
  }
  if (const auto index = files.find(std::string(kShardIndexFile)))
    return read_shards(files, *index);
  fail_without_weights(files);
}

}  // namespace cadenza

// model.safetensors.index.json: which shard holds which tensor. Untrusted: it names files.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cadenza {

inline constexpr std::string_view kShardIndexFile = "model.safetensors.index.json";

struct ShardIndex {
  std::vector<std::pair<std::string, std::string>> weight_map;  // tensor -> shard, in file order
  std::vector<std::string> shards;                              // each once, in order of appearance
};

// Throws Error(bad_model) naming the index and the tensor. A shard is a plain *.safetensors
// basename of letters, digits, dot, dash and underscore.
ShardIndex parse_shard_index(std::string_view text);

}  // namespace cadenza

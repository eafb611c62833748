#include "models/checkpoint/shard_index.h"

#include <fmt/format.h>

#include <unordered_set>

#include "lib/error.h"
#include "lib/json/strict_json.h"
#include "lib/text/quote_tail.h"
#include "models/checkpoint/foreign_format.h"
#include "models/checkpoint/plain_name.h"

namespace cadenza {

namespace {

constexpr std::size_t kMaxBytes = 16 << 20;
constexpr std::size_t kMaxTensors = 100'000;
constexpr std::size_t kMaxShards = 1000;

[[noreturn]] void refuse(const std::string& what) {
  fail(ErrorKind::bad_model, fmt::format("{}: {}", kShardIndexFile, what));
}

bool is_shard_name(std::string_view name) {
  const std::string_view suffix = ".safetensors";
  return is_plain_name(name) && name.ends_with(suffix) && name.size() > suffix.size();
}

Json parse(std::string_view text) {
  if (const auto format = foreign_format(text); !format.empty() && format != "JSON text")
    fail(ErrorKind::bad_model, fmt::format("{}: is {}", kShardIndexFile, format),
         std::string(foreign_format_hint(format)));
  const JsonLimits limits{kMaxBytes, 4, kMaxTensors + 1000};
  return parse_json(text, std::string(kShardIndexFile), limits, ErrorKind::bad_model);
}

}  // namespace

ShardIndex parse_shard_index(std::string_view text) {
  const Json json = parse(text);
  const auto map = json.is_object() ? json.find("weight_map") : json.end();
  if (map == json.end() || !map->is_object() || map->empty())
    refuse("weight_map: expected an object that maps tensors to shards");
  if (map->size() > kMaxTensors)
    refuse(fmt::format("weight_map: at most {} tensors are allowed", kMaxTensors));

  ShardIndex index;
  std::unordered_set<std::string> seen;
  for (const auto& [tensor, shard] : map->items()) {
    const std::string* name = shard.get_ptr<const std::string*>();
    if (name == nullptr || !is_shard_name(*name))
      refuse(fmt::format("weight_map: {}: expected the plain name of a .safetensors file, found {}",
                         quoted_tail(tensor), shown_json(shard, 40)));
    index.weight_map.emplace_back(tensor, *name);
    if (seen.insert(*name).second) index.shards.push_back(*name);
  }
  if (index.shards.size() > kMaxShards)
    refuse(fmt::format("weight_map: names {} shards, at most {} are allowed", index.shards.size(),
                       kMaxShards));
  return index;
}

}  // namespace cadenza

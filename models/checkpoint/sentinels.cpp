#include "models/checkpoint/sentinels.h"

#include "models/checkpoint/config_fields.h"

namespace cadenza {

namespace {

constexpr const char* kFile = "tokenizer_config.json";
constexpr std::uint64_t kMaxBytes = 1 << 20;
constexpr std::int64_t kDefaultCount = 100;  // T5's

}  // namespace

std::int64_t num_sentinels(const ModelFiles& files) {
  std::int64_t count = kDefaultCount;
  const auto source = files.find(kFile);
  if (source == nullptr) return count;
  const Json json = parse_json(source->read_all(kMaxBytes), kFile, {}, ErrorKind::bad_model);
  ConfigBlock(json, kFile, "", Nulls::absent).read_integer("extra_ids", 0, 10'000, count);
  return count;
}

}  // namespace cadenza

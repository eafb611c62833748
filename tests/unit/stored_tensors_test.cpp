#include "models/checkpoint/stored_tensors.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/made_files.h"
#include "tests/support/thrown.h"

using namespace cadenza;
using cadenza::testing::made_file;

namespace {

std::string shard(const std::vector<std::string>& tensors) {
  std::string header = "{";
  for (std::size_t i = 0; i < tensors.size(); ++i)
    header += (i ? ",\"" : "\"") + tensors[i] + R"(":{"dtype":"U8","shape":[1],"data_offsets":[)" +
              std::to_string(i) + "," + std::to_string(i + 1) + "]}";
  return cadenza::testing::safetensors(header + "}", std::string(tensors.size(), '\0'));
}

void add(ModelFiles& files, const std::string& name, const std::string& bytes) {
  files.files[name] = made_file(name, bytes);
}

// a and b in the first shard, c in the second.
ModelFiles two_shards() {
  ModelFiles files;
  add(files, "model.safetensors.index.json",
      R"({"weight_map":{"a":"1.safetensors","b":"1.safetensors","c":"2.safetensors"}})");
  add(files, "1.safetensors", shard({"a", "b"}));
  add(files, "2.safetensors", shard({"c"}));
  return files;
}

std::string complaint(const ModelFiles& files, ErrorKind kind = ErrorKind::bad_model) {
  const auto error = thrown([&] { read_stored_tensors(files); });
  if (!error) return "accepted";
  CHECK(error->kind() == kind);
  return error->sentence();
}

}  // namespace

TEST_CASE("a single file answers for its tensors") {
  ModelFiles files;
  add(files, "model.safetensors", shard({"a", "b"}));
  const auto stored = read_stored_tensors(files);
  CHECK(stored.name == "model.safetensors");
  CHECK(stored.find("b")->source->name() == "model.safetensors");
  CHECK(stored.find("c") == nullptr);
}

TEST_CASE("shards are put together as the index says") {
  const auto stored = read_stored_tensors(two_shards());
  CHECK(stored.tensors.size() == 3);
  CHECK(stored.find("c")->source->name() == "2.safetensors");
  CHECK(stored.size_bytes == shard({"a", "b"}).size() + shard({"c"}).size());
}

TEST_CASE("a single file comes before an index") {
  ModelFiles files = two_shards();
  add(files, "model.safetensors", shard({"z"}));
  CHECK(read_stored_tensors(files).tensors.size() == 1);
}

TEST_CASE("a shard that is not there is named") {
  ModelFiles files = two_shards();
  files.files.erase("2.safetensors");
  CHECK(complaint(files, ErrorKind::not_found).starts_with("2.safetensors: is not there"));
}

TEST_CASE("a tensor in the wrong shard, in two, in none, or unlisted is refused by name") {
  ModelFiles files = two_shards();
  add(files, "1.safetensors", shard({"c"}));
  add(files, "2.safetensors", shard({"a", "b"}));
  CHECK(complaint(files).find("tensor \"a\" should be in 1.safetensors") != std::string::npos);

  files = two_shards();
  add(files, "2.safetensors", shard({"c", "a"}));
  CHECK(complaint(files) == "2.safetensors: tensor \"a\" stands in 1.safetensors too");

  files = two_shards();
  add(files, "1.safetensors", shard({"a"}));
  CHECK(complaint(files).starts_with("1.safetensors: has no tensor \"b\""));

  files = two_shards();
  add(files, "2.safetensors", shard({"c", "d"}));
  CHECK(complaint(files) ==
        "2.safetensors: tensor \"d\" is not listed in model.safetensors.index.json");
}

TEST_CASE("no weights, or only pickles, are told apart") {
  ModelFiles files;
  files.name = "m";
  CHECK(complaint(files, ErrorKind::not_found).starts_with("model.safetensors: is not in"));
  add(files, "pytorch_model.bin", "PK");
  CHECK(complaint(files) ==
        "pytorch_model.bin: pickle checkpoint: not loaded because it can run code");
}

#include "models/checkpoint/shard_index.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/thrown.h"

using cadenza::parse_shard_index;
using cadenza::thrown;

namespace {

std::string complaint(const std::string& text) {
  const auto error = thrown([&] { parse_shard_index(text); });
  if (!error) return "accepted";
  CHECK(error->kind() == cadenza::ErrorKind::bad_model);
  CHECK(error->sentence().starts_with("model.safetensors.index.json: "));
  return error->sentence();
}

}  // namespace

TEST_CASE("the map keeps its order and each shard is listed once") {
  const auto index = parse_shard_index(
      R"({"metadata":{"total_size":9},"weight_map":{"b":"m-2.safetensors","a":"m-1.safetensors",)"
      R"("c":"m-2.safetensors"}})");
  REQUIRE(index.weight_map.size() == 3);
  CHECK(index.weight_map[0] == std::pair<std::string, std::string>("b", "m-2.safetensors"));
  CHECK(index.shards == std::vector<std::string>{"m-2.safetensors", "m-1.safetensors"});
}

TEST_CASE("a shard is a plain .safetensors basename") {
  for (const char* shard :
       {"\"../secret.safetensors\"", "\"/etc/passwd\"", "\"sub/x.safetensors\"", "\"\"", "\".\"",
        "\"http://127.0.0.1:9/x\"", "\"..\\\\x.safetensors\"", "\"C:\\\\x.safetensors\"",
        "\"a\\u0000b\"", "\".safetensors\"", "\".hidden.safetensors\"", "\"config.json\"",
        "\"a b.safetensors\"", "3", "null", "[\"x.safetensors\"]"}) {
    CAPTURE(shard);
    const auto said = complaint("{\"weight_map\":{\"t\":" + std::string(shard) + "}}");
    CHECK(said.find("weight_map: \"t\": expected the plain name") != std::string::npos);
  }
}

TEST_CASE("an index without a map, or with an empty one, is refused") {
  for (const char* text :
       {"{}", "[]", "{\"weight_map\":[]}", "{\"weight_map\":{}}", "{\"weight_map\":null}"})
    CHECK(complaint(text).find("weight_map") != std::string::npos);
  CHECK(complaint("") != "accepted");
}

TEST_CASE("a tensor that stands twice is refused") {
  CHECK(complaint(R"({"weight_map":{"t":"a.safetensors","t":"b.safetensors"}})")
            .find("stands twice") != std::string::npos);
}

TEST_CASE("more than a thousand shards are refused") {
  std::string text = "{\"weight_map\":{";
  for (int i = 0; i <= 1000; ++i)
    text +=
        (i ? ",\"t" : "\"t") + std::to_string(i) + "\":\"s" + std::to_string(i) + ".safetensors\"";
  CHECK(complaint(text + "}}").find("1001 shards") != std::string::npos);
}

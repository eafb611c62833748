#include "models/checkpoint/model_files.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temp_folder.h"
#include "tests/support/thrown.h"

using namespace cadenza;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

Error refusal(const std::string& model, const ModelSearch& search = {}) {
  const auto error = thrown([&] { find_model_files(model, search); });
  REQUIRE(error);
  return *error;
}

}  // namespace

TEST_CASE("the starter is built in") {
  const ModelFiles files = find_model_files("starter", {});
  CHECK(files.name == "starter");
  CHECK(files.license == "MIT");
  CHECK(files.find("model.safetensors")->size_bytes() > 1000000);
  CHECK(files.find("tokenizer.json") == nullptr);
}

TEST_CASE("a folder's known files are opened, others are not looked at") {
  const TempFolder folder;
  write(folder.path() / "config.json", "{}");
  write(folder.path() / "model.safetensors.incomplete", "x");
  fs::create_symlink("nowhere", folder.path() / "model.safetensors");
  const ModelFiles files = find_model_files(folder.path().string() + "/", {});
  CHECK(files.name == folder.path().filename().string());
  CHECK(files.files.size() == 1);
}

TEST_CASE("shards are opened when an index lists them") {
  const TempFolder folder;
  write(folder.path() / "model.safetensors.index.json",
        R"({"weight_map":{"a":"x.safetensors","b":"gone.safetensors"}})");
  write(folder.path() / "x.safetensors", "x");
  write(folder.path() / "y.safetensors", "y");
  const ModelFiles files = open_model_folder(folder.path(), "m");
  CHECK(files.find("x.safetensors") != nullptr);
  CHECK(files.find("gone.safetensors") == nullptr);
  CHECK(files.find("y.safetensors") == nullptr);
}

TEST_CASE("an empty name and a URL are wrong usage") {
  for (const char* model : {"", "   ", "http://127.0.0.1:9/model", "file:///etc/passwd"}) {
    CAPTURE(model);
    const Error error = refusal(model);
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(error.sentence().starts_with("model"));
  }
}

TEST_CASE("what is not there is not found, and a near name is offered") {
  CHECK(refusal("smal").sentence().find("did you mean small?") != std::string::npos);
  for (const char* model : {"smal", "facebook/../../etc", "/dev/null", "/nowhere/at/all"}) {
    CAPTURE(model);
    CHECK(refusal(model).kind() == ErrorKind::not_found);
  }
  CHECK(refusal("/dev/null").sentence() ==
        "model \"/dev/null\": is a file, not a folder with a model");
}

TEST_CASE("an alias that is not in the cache says where it was looked for") {
  const TempFolder cache;
  const Error error = refusal("small", {cache.path()});
  CHECK(error.kind() == ErrorKind::not_found);
  CHECK(error.sentence().starts_with(
      "model \"small\" (facebook/musicgen-small): not in the hub cache "));
  CHECK(error.hint().find("--model DIR") != std::string::npos);
  CHECK(refusal("facebook/musicgen-small").sentence().find("there is no hub cache") !=
        std::string::npos);
}

TEST_CASE("links of the cache are followed inside the repository only") {
  const TempFolder cache;
  const fs::path root = cache.path() / "models--facebook--musicgen-small";
  const fs::path snapshot = root / "snapshots" / "abc";
  fs::create_directories(snapshot);
  write(root / "blobs" / "1", "{}");
  fs::create_symlink("../../blobs/1", snapshot / "config.json");
  const ModelFiles files = find_model_files("small", {cache.path()});
  CHECK(files.name == "facebook/musicgen-small");
  CHECK(files.revision == "abc");
  CHECK(files.license == "CC-BY-NC-4.0");
  CHECK(files.find("config.json")->read_all(10) == "{}");

  write(cache.path() / "outside", "{}");
  fs::create_symlink("../../../outside", snapshot / "generation_config.json");
  const Error error = refusal("small", {cache.path()});
  CHECK(error.kind() == ErrorKind::bad_model);
  CHECK(error.sentence().starts_with("generation_config.json: is a link that leaves"));
}

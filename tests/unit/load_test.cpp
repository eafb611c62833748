#include "models/load.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "models/checkpoint/checkpoint.h"
#include "tests/support/goldens.h"
#include "tests/support/temp_folder.h"

using namespace cadenza;
namespace fs = std::filesystem;

TEST_CASE("an opened checkpoint is described and hashed") {
  const auto checkpoint = open_checkpoint(cadenza::testing::data_path("mono"), {});
  CHECK(describe(*checkpoint).name == "mono");
  const auto hashes = file_hashes(*checkpoint);
  REQUIRE(hashes.size() == 7);
  CHECK(hashes[0].first == "config.json");
  for (const auto& [name, hash] : hashes) CHECK(hash.size() == 64);
}

TEST_CASE("the models that can be opened are listed: the starter, and what the cache holds") {
  const TempFolder cache;
  CHECK(list_models({}) == std::vector<std::string>{"starter"});
  fs::create_directories(cache.path() / "models--bert--base" / "snapshots" / "1");
  const fs::path snapshot = cache.path() / "models--me--tiny" / "snapshots" / "1";
  fs::create_directories(snapshot);
  for (const auto& entry : fs::directory_iterator(cadenza::testing::data_path("mono")))
    if (entry.is_regular_file()) fs::copy(entry.path(), snapshot / entry.path().filename());
  CHECK(list_models({cache.path()}) == std::vector<std::string>{"starter", "me/tiny"});
}

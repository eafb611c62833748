#include "models/checkpoint/hub_cache.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temp_folder.h"

using namespace cadenza;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

}  // namespace

TEST_CASE("aliases stand for Meta's repositories") {
  CHECK(repository_of_alias("small") == "facebook/musicgen-small");
  CHECK(repository_of_alias("musicgen-stereo-large") == "facebook/musicgen-stereo-large");
  CHECK(repository_of_alias("smal").empty());
}

TEST_CASE("a repository id is owner/name of plain characters") {
  CHECK(is_repository_id("facebook/musicgen-small"));
  for (const char* text : {"small", "facebook/../../etc", "../x", "a/", "/b", "a/b/c", "a b/c", ""})
    CHECK_FALSE(is_repository_id(text));
}

TEST_CASE("refs/main names the snapshot") {
  const TempFolder cache;
  const fs::path root = cache.path() / "models--facebook--musicgen-small";
  write(root / "snapshots" / "aaa" / "config.json", "{}");
  write(root / "snapshots" / "bbb" / "config.json", "{}");
  CHECK_FALSE(find_snapshot(cache.path(), "facebook/musicgen-small"));  // two, none chosen
  write(root / "refs" / "main", "bbb\n");
  const auto snapshot = find_snapshot(cache.path(), "facebook/musicgen-small");
  REQUIRE(snapshot);
  CHECK(snapshot->revision == "bbb");
  CHECK(snapshot->folder == root / "snapshots" / "bbb");
}

TEST_CASE("without a reference the only snapshot is taken") {
  const TempFolder cache;
  write(cache.path() / "models--a--b" / "snapshots" / "c0ffee" / "config.json", "{}");
  CHECK(find_snapshot(cache.path(), "a/b")->revision == "c0ffee");
}

TEST_CASE("a reference cannot leave the snapshots") {
  const TempFolder cache;
  write(cache.path() / "models--a--b" / "snapshots" / "x" / "config.json", "{}");
  write(cache.path() / "models--a--b" / "refs" / "main", "../../..");
  CHECK_FALSE(find_snapshot(cache.path(), "a/b"));
}

TEST_CASE("snapshots are listed by repository, other folders passed over") {
  const TempFolder cache;
  for (const char* name : {"models--b--y", "models--a--x--y", "datasets--a--x", "models--broken"})
    write(cache.path() / name / "snapshots" / "1" / "config.json", "{}");
  const auto found = list_snapshots(cache.path());
  REQUIRE(found.size() == 2);
  CHECK(found[0].repository == "a/x--y");
  CHECK(found[1].repository == "b/y");
  CHECK(list_snapshots("").empty());
  CHECK(list_snapshots(cache.path() / "nothing").empty());
}

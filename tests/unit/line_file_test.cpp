#include "lib/io/line_file.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <fstream>
#include <sstream>

#include "lib/error.h"
#include "tests/support/temp_folder.h"

using namespace cadenza;

namespace {

std::string content(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("lines are added at the end of what is there, folders made where they are missing") {
  const TempFolder folder;
  const auto path = folder.path() / "new" / "log";
  CHECK(LineFile(path).append("one\n") == 0);
  CHECK(LineFile(path).append("two\n") == 0);
  CHECK(content(path) == "one\ntwo\n");
}

TEST_CASE("half a line that a killed process left is ended first") {
  const TempFolder folder;
  const auto path = folder.path() / "log";
  std::ofstream(path) << "one\ntw";
  LineFile(path).append("three\n");
  CHECK(content(path) == "one\ntw\nthree\n");
}

TEST_CASE("what cannot be written is told: a folder when opened, a full disk when written") {
  const TempFolder folder;
  CHECK_THROWS_AS(LineFile(folder.path()), Error);
  CHECK(LineFile("/dev/full").append("x\n") == ENOSPC);
}

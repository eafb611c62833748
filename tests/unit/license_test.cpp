#include "models/checkpoint/license.h"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "tests/support/temp_folder.h"

using cadenza::license_of;

namespace {

std::string license_in_card(const std::string& card) {
  const cadenza::TempFolder folder;
  std::ofstream(folder.path() / "README.md") << card;
  return license_of("mine", folder.path());
}

}  // namespace

TEST_CASE("Meta's MusicGen weights are CC-BY-NC-4.0") {
  CHECK(license_of("facebook/musicgen-small", "/nowhere") == "CC-BY-NC-4.0");
}

TEST_CASE("a model card's front matter names the licence") {
  CHECK(license_in_card("---\ntags: [x]\nlicense: cc-by-nc-4.0\n---\n# Title\n") == "CC-BY-NC-4.0");
  CHECK(license_in_card("---\nlicense: mit\n---\n") == "MIT");
  CHECK(license_in_card("---\nlicense: openrail\n---\n") == "openrail");
}

TEST_CASE("what no card says is unknown") {
  CHECK(license_of("mine", "/nowhere") == "unknown");
  CHECK(license_in_card("# license: mit\n") == "unknown");
  CHECK(license_in_card("---\nx: y\n---\nlicense: mit\n") == "unknown");
  CHECK(license_in_card("---\nlicense: a\x1b[2J\n---\n") == "unknown");
  CHECK(license_in_card("---\n") == "unknown");
}

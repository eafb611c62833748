#include "lib/token_file.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

const Tokens kTokens{2, 3, {0, 1, 2, 255, 256, 2047}};

std::uint64_t header_bytes(const std::string& file) {
  std::uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(file[i]);
  return value;
}

nlohmann::json header(const std::string& file) {
  return nlohmann::json::parse(file.substr(8, header_bytes(file)));
}

}  // namespace

TEST_CASE("the header says shape, type and place of the codes") {
  const std::string file = encode_tokens(kTokens, {{"model", "starter"}, {"seed", "7"}});
  const auto json = header(file);
  CHECK(json["codes"]["dtype"] == "I16");
  CHECK(json["codes"]["shape"] == nlohmann::json({2, 3}));
  CHECK(json["codes"]["data_offsets"] == nlohmann::json({0, 12}));
  CHECK(json["__metadata__"] == nlohmann::json({{"model", "starter"}, {"seed", "7"}}));
}

TEST_CASE("the data begins at a multiple of 8 and ends the file, codebook by codebook") {
  for (const char* model : {"", "a", "ab", "abc", "abcdefg"}) {
    const std::string file = encode_tokens(kTokens, {{"model", model}});
    CHECK(header_bytes(file) % 8 == 0);
    REQUIRE(file.size() == 8 + header_bytes(file) + 12);
    CHECK(file.substr(file.size() - 12) == std::string("\0\0\1\0\2\0\377\0\0\1\377\7", 12));
  }
}

TEST_CASE("equal tokens and metadata give equal bytes") {
  CHECK(encode_tokens(kTokens, {{"b", "2"}, {"a", "1"}}) ==
        encode_tokens(kTokens, {{"a", "1"}, {"b", "2"}}));
}

TEST_CASE("without metadata there is no empty member for it") {
  CHECK_FALSE(header(encode_tokens(kTokens, {})).contains("__metadata__"));
}

TEST_CASE("codes that do not fill their table are a bug") {
  const auto error = thrown([] { encode_tokens(Tokens{2, 3, {1, 2}}, {}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::internal);
}

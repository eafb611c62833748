#include "lib/json/strict_json.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace {

using cadenza::Error;
using cadenza::ErrorKind;
using cadenza::Json;
using cadenza::JsonLimits;

Json parse(std::string_view text, JsonLimits limits = {}) {
  return cadenza::parse_json(text, "config.json", limits, ErrorKind::bad_model);
}

std::string complaint(std::string_view text, JsonLimits limits = {}) {
  try {
    parse(text, limits);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::bad_model);
    return error.sentence();
  }
  return "accepted";
}

std::string repeated(const std::string& part, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += part;
  return text;
}

}  // namespace

TEST_CASE("values of every type are read and members keep their order") {
  const Json json = parse(R"({"b":[1,-2,2.5,true,null,"x\u00e9"],"a":{}})");
  CHECK(json.dump() == R"({"b":[1,-2,2.5,true,null,"xé"],"a":{}})");
  CHECK(json.at("b")[0].is_number_integer());
  CHECK(json.at("b")[2].is_number_float());
}

TEST_CASE("integers are exact up to 2^64 - 1") {
  CHECK(parse("9223372036854775807").get<std::int64_t>() == INT64_MAX);
  CHECK(parse("18446744073709551615").get<std::uint64_t>() == UINT64_MAX);
  CHECK_FALSE(parse("1e3").is_number_integer());
  CHECK_FALSE(parse("1.0").is_number_integer());
}

TEST_CASE("a duplicate name is refused with the line and column where it stands") {
  CHECK(complaint("{\"a\": 1,\n  \"a\": 2}") ==
        "config.json: line 2, column 3: the name \"a\" stands twice");
}

TEST_CASE("a complaint names the members that lead to the place") {
  CHECK(complaint(R"({"a":{"b":[{"c":1,"c":2}]}})") ==
        R"(config.json: line 1, column 19: in "a.b": the name "c" stands twice)");
  CHECK(complaint(R"({"x":1,"a":{"shape":[1e400]}})").find("in \"a.shape\": ") !=
        std::string::npos);
}

TEST_CASE("names are compared after unescaping") {
  CHECK(complaint(R"({"ab":1,"\u0061b":2})").find("stands twice") != std::string::npos);
  CHECK(complaint(R"({"a\"b":1,"a\"b":2})") ==
        R"(config.json: line 1, column 11: the name "a"b" stands twice)");
}

TEST_CASE("the same name in different objects is no duplicate") {
  CHECK(parse(R"({"a":{"a":1},"b":[{"a":2},{"a":3}]})").size() == 2);
}

TEST_CASE("what RFC 8259 does not have is refused") {
  for (const char* text :
       {"",         "   ",        "{",           "[1,]",  "{\"a\":1,}", "{'a':1}", "{a:1}",
        "[NaN]",    "[Infinity]", "[-Infinity]", "[01]",  "[+1]",       "[.5]",    "[1.]",
        "[0x10]",   "//c\n{}",    "{/* */}",     "{}x",   "{}{}",       "[1] 2",   "[\"\\x41\"]",
        "[\"\t\"]", "[\"\x01\"]", "tru",         "[1 2]", "{\"a\" 1}",  "[1e400]"}) {
    CAPTURE(text);
    CHECK(complaint(text).starts_with("config.json: line "));
  }
}

TEST_CASE("text that is not UTF-8 is refused") {
  for (const char* text :
       {"[\"\xff\"]", "[\"\xc0\xaf\"]", "[\"\xed\xa0\x80\"]", "[\"\xf5\x80\x80\x80\"]"})
    CHECK(complaint(text) != "accepted");
}

TEST_CASE("lone surrogates are refused, pairs are read") {
  CHECK(complaint(R"(["\ud800"])") != "accepted");
  CHECK(complaint(R"(["\ud800bad"])") != "accepted");
  CHECK(complaint(R"(["\udc00"])") != "accepted");
  CHECK(complaint(R"(["\ud800\ud800"])") != "accepted");
  CHECK(parse(R"(["\ud83c\udfb5"])")[0].get<std::string>() == "🎵");
}

TEST_CASE("a byte order mark is refused") {
  CHECK(complaint("\xef\xbb\xbf{}") ==
        "config.json: line 1, column 1: begins with a byte order mark");
}

TEST_CASE("a NUL byte does not end the text") {
  CHECK(complaint(std::string_view("{}\0{", 4)) ==
        "config.json: line 1, column 3: holds a NUL byte");
}

TEST_CASE("depth, values and bytes are bounded") {
  const JsonLimits limits{.max_bytes = 100, .max_depth = 3, .max_members = 5};
  CHECK(complaint("[[[1]]]", limits) == "accepted");
  CHECK(complaint("[[[[1]]]]", limits) ==
        "config.json: line 1, column 4: nested deeper than 3 levels");
  CHECK(complaint("[{},{},{},{}]", limits) == "accepted");
  CHECK(complaint("[{},{},{},{},{}]", limits) ==
        "config.json: line 1, column 14: holds more than 5 values");
  CHECK(complaint(std::string(101, ' '), limits) ==
        "config.json: is 101 bytes, at most 100 are allowed");
}

TEST_CASE("a hundred thousand open brackets are refused without recursion") {
  CHECK(complaint(repeated("[", 100000)).find("nested deeper") != std::string::npos);
  CHECK(complaint(repeated("{\"a\":", 100000)).find("nested deeper") != std::string::npos);
}

TEST_CASE("a hundred thousand members are read in linear time") {
  std::string text = "{\"t\":0";
  for (int i = 0; i < 100000; ++i) text += ",\"t" + std::to_string(i) + "\":1";
  const auto start = std::chrono::steady_clock::now();
  CHECK(parse(text + "}", {.max_bytes = 1 << 24, .max_members = 200000}).size() == 100001);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("a complaint is short and holds no raw control characters") {
  const std::string said = complaint("[\"" + std::string(5000, 'x') + "\x1b\"]");
  CHECK(said.size() < 250);
  CHECK(said.find('\x1b') == std::string::npos);
}

#include "models/checkpoint/safetensors.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/made_files.h"
#include "tests/support/thrown.h"

using namespace cadenza;
using cadenza::testing::le64;
using cadenza::testing::made_file;
using cadenza::testing::safetensors;

namespace {

const std::string kTwo = R"({"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
                         R"("b":{"dtype":"F16","shape":[3],"data_offsets":[8,14]}})";

std::vector<TensorEntry> read(const std::string& bytes) {
  return read_safetensors_header(*made_file("model.safetensors", bytes));
}

std::string complaint(const std::string& bytes) {
  const auto error = thrown([&] { read(bytes); });
  if (!error) return "accepted";
  CHECK(error->kind() == ErrorKind::bad_model);
  CHECK(error->sentence().starts_with("model.safetensors: "));
  CHECK(error->sentence().size() + error->hint().size() < 290);
  return error->sentence();
}

// A file of one tensor "t" with this description and eight bytes of data.
std::string one(const std::string& entry) {
  return safetensors("{\"t\":" + entry + "}", std::string(8, '\0'));
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("tensors come in the order of the header, with their place in the file") {
  const auto entries = read(safetensors(kTwo, std::string(14, 'x')));
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].name == "a");
  CHECK(entries[0].dtype == Dtype::f32);
  CHECK(entries[0].shape == Shape{2, 1});
  CHECK(entries[1].name == "b");
  CHECK(entries[1].offset == 8 + kTwo.size() + 8);
  CHECK(entries[1].size_bytes == 6);
}

TEST_CASE("blanks around the header, unsorted entries, odd metadata and empty tensors are legal") {
  CHECK(complaint(safetensors("  " + kTwo + "   ", std::string(14, 'x'))) == "accepted");
  CHECK(complaint(safetensors(R"({"b":{"dtype":"U8","shape":[1],"data_offsets":[4,5]},)"
                              R"("z":{"dtype":"I64","shape":[0,7],"data_offsets":[4,4]},)"
                              R"("__metadata__":{"x":"\u001b[31m"},)"
                              R"("a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})",
                              "12345")) == "accepted");
  CHECK(complaint(safetensors("{}", "")) == "accepted");
}

TEST_CASE("a header length beyond file or limit is refused before anything is allocated") {
  CHECK(complaint(le64(0xffffffffffffffffu) + "x") ==
        "model.safetensors: header is 18446744073709551615 bytes, the file has 9");
  CHECK(complaint(le64(0xfffffffffffffff8u) + "x") ==
        "model.safetensors: header is 18446744073709551608 bytes, the file has 9");
  CHECK(complaint(le64(2) + "{") == "model.safetensors: header is 2 bytes, the file has 9");
  CHECK(complaint("1234567") == "model.safetensors: is 7 bytes, too short for a safetensors file");
}

TEST_CASE("what is no strict JSON object is refused") {
  for (const char* header : {"", " ", "[]", "null", "1", "\"x\"", "{}{}", "{}x", "{'a':1}", "{,}"})
    CHECK(complaint(safetensors(header, "")) != "accepted");
  CHECK(has(complaint(safetensors(std::string("{}\0", 3), "")), "NUL"));
  CHECK(has(complaint(safetensors("{\"a\":1,\"\\u0061\":2}", "")), "stands twice"));
}

TEST_CASE("metadata is text to text") {
  for (const char* metadata : {"[]", "1", "{\"a\":1}", "{\"a\":null}", "{\"a\":{}}"})
    CHECK(has(complaint(safetensors("{\"__metadata__\":" + std::string(metadata) + "}", "")),
              "__metadata__"));
}

TEST_CASE("a tensor's description is checked member by member and the tensor named") {
  const std::string rest = R"("shape":[2],"data_offsets":[0,8])";
  for (const char* dtype : {"\"f32\"", "\"F32 \"", "\"\"", "null", "7", "\"X99\"", "\"C64\""})
    CHECK(has(complaint(one("{\"dtype\":" + std::string(dtype) + "," + rest + "}")),
              "tensor \"t\": dtype"));
  for (const char* shape :
       {"null", "\"2\"", "{}", "[-2]", "[2.0]", "[\"2\"]", "[true]", "[[2]]",
        "[18446744073709551616]", "[9223372036854775808]", "[1,1,1,1,1,1,1,1,2]"})
    CHECK(has(complaint(one(R"({"dtype":"F32","shape":)" + std::string(shape) +
                            R"(,"data_offsets":[0,8]})")),
              "tensor \"t\": shape"));
  for (const char* offsets : {"null", "[0]", "[0,8,8]", "[8,0]", "[-8,0]", "[-0,8]", "[0.0,8]",
                              "[0,12]", "[0,4]", "[9223372036854775808,9223372036854775816]"})
    CHECK(has(complaint(one(R"({"dtype":"F32","shape":[2],"data_offsets":)" + std::string(offsets) +
                            "}")),
              "tensor \"t\": data_offsets"));
  CHECK(has(complaint(one("null")), "tensor \"t\""));
  CHECK(has(complaint(one("{}")), "has no dtype"));
}

TEST_CASE("a shape whose size wraps around is refused") {
  CHECK(
      has(complaint(one(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]})")),
          "overflows"));
  CHECK(
      has(complaint(one(R"({"dtype":"F32","shape":[4611686018427387906,4],"data_offsets":[0,8]})")),
          "overflows"));
}

TEST_CASE("the ranges cover the data without hole, overlap or rest") {
  const auto two = [](const std::string& first, const std::string& second) {
    return complaint(safetensors(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + first +
                                     R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + second +
                                     "}}",
                                 "12345678"));
  };
  CHECK(two("[0,4]", "[4,8]") == "accepted");
  CHECK(two("[4,8]", "[0,4]") == "accepted");
  CHECK(has(two("[0,4]", "[0,4]"), "\"b\" begins at byte 0 of the data, expected 4"));
  CHECK(has(two("[0,4]", "[3,7]"), "\"b\" begins at byte 3"));
  CHECK(has(two("[0,4]", "[5,9]"), "\"b\" begins at byte 5"));
  CHECK(has(two("[1,5]", "[5,9]"), "\"a\" begins at byte 1 of the data, expected 0"));
  CHECK(has(complaint(safetensors(kTwo, std::string(15, 'x'))),
            "\"b\", ends at byte 14 of the data, the file has 15"));
  CHECK(has(complaint(safetensors(kTwo, std::string(13, 'x'))), "the file has 13"));
  CHECK(has(complaint(safetensors("{}", "x")), "1 bytes of data and no tensors"));
}

TEST_CASE("names have 1 to 512 bytes, and the end of a long one is shown") {
  const std::string name = std::string(600, 'n') + ".layers.0.self_attn.q_proj.weight";
  const std::string said = complaint(safetensors("{\"" + name + "\":{}}", ""));
  CHECK(has(said, name.substr(name.size() - 40)));
  CHECK(has(complaint(safetensors("{\"\":{}}", "")), "1 to 512"));
}

TEST_CASE("other kinds of files are named as what they are") {
  const auto hint = [](const std::string& bytes) { return thrown([&] { read(bytes); })->hint(); };
  const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n";
  CHECK(has(complaint(pointer), "git-lfs pointer"));
  CHECK(has(hint(pointer), "git lfs pull"));
  CHECK(has(complaint("<!DOCTYPE html>\n<html>"), "HTML page"));
  CHECK(has(complaint("{\"error\":\"Repository not found\"}"), "JSON text"));
  CHECK(has(complaint("PK\x03\x04" + std::string(50, '\0')), "zip archive"));
  CHECK(has(complaint("\x80\x02}q\x01."), "pickle"));
  CHECK(has(complaint("GGUF\x03" + std::string(50, '\0')), "GGUF"));
  CHECK(has(complaint("\x1f\x8b\x08" + std::string(50, '\0')), "gzip"));
}

TEST_CASE("a damaged file whose header length looks like another format keeps its own complaint") {
  // 640 bytes of header: the file begins with 0x80 0x02, as a pickle does.
  CHECK_FALSE(has(complaint(le64(640) + std::string(700, ' ')), "pickle"));
}

#include "lib/batch/csv.h"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/support/temp_folder.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

using Fields = std::vector<std::string>;

Fields split(std::string_view record) { return split_record(record, ',', "m.csv", 7); }

std::string problem(std::string_view record) {
  const auto error = thrown([&] { split(record); });
  return error ? error->sentence() : "";
}

// All records of a file, each with the line it starts on.
std::vector<std::pair<std::size_t, std::string>> records(const std::string& text) {
  const TempFolder folder;
  const auto path = folder.path() / "m.csv";
  std::ofstream(path, std::ios::binary) << text;
  LineReader lines(open_manifest_file(path, "m.csv"), "m.csv");
  RecordReader reader(lines, ',');
  std::vector<std::pair<std::size_t, std::string>> result;
  for (std::string_view record; reader.next(record);)
    result.emplace_back(reader.line_number(), record);
  return result;
}

}  // namespace

TEST_CASE("a record of RFC 4180 splits into its fields") {
  CHECK(split("aaa,bbb,ccc") == Fields{"aaa", "bbb", "ccc"});
  CHECK(split("a,,c") == Fields{"a", "", "c"});
  CHECK(split("") == Fields{""});
  CHECK(split(",") == Fields{"", ""});
  CHECK(split(" a , b") == Fields{" a ", " b"});
  CHECK(split(R"("aaa","b""bb","c,c")") == Fields{"aaa", "b\"bb", "c,c"});
  CHECK(split("\"b\r\nbb\",x") == Fields{"b\r\nbb", "x"});
  CHECK(split(R"("",x)") == Fields{"", "x"});
  CHECK(split_record("a,b\tc", '\t', "m.tsv", 1) == Fields{"a,b", "c"});
}

TEST_CASE("a quote anywhere but around a whole field is refused with its place") {
  CHECK(problem(R"(a,b "c" d)").starts_with("m.csv:7: column 2: a quote inside"));
  CHECK(problem(R"("a"b,c)").starts_with("m.csv:7: column 1: text after the closing quote"));
  CHECK(problem("a,\"b\n\nc").starts_with("m.csv:7: column 2: the quote opened here never ends"));
  CHECK(problem("\"a\nb\",\"c").starts_with("m.csv:8: column 2: the quote opened here"));
  CHECK(problem("a,b\rc").starts_with("m.csv:7: column 2: a carriage return"));
}

TEST_CASE("records are counted in physical lines and may span several") {
  const auto found = records("\xef\xbb\xbfid,x\r\n\n  \na,\"1\r\n2\"\nb,3");
  REQUIRE(found.size() == 3);
  CHECK(found[0] == std::pair<std::size_t, std::string>{1, "id,x"});
  CHECK(found[1] == std::pair<std::size_t, std::string>{4, "a,\"1\r\n2\""});
  CHECK(found[2] == std::pair<std::size_t, std::string>{6, "b,3"});
}

TEST_CASE("bytes that are no UTF-8 and NUL are refused, never replaced") {
  CHECK(thrown([] { records("id\ncaf\xe9\n"); })->sentence().starts_with("m.csv:2: byte 4"));
  CHECK(thrown([] { records(std::string("id\na\0b\n", 7)); })->sentence().starts_with("m.csv:2:"));
}

TEST_CASE("a quote that never ends does not take the rest of a large file into memory") {
  const auto error = thrown([] { records("id\n\"a\n" + std::string(3 << 20, '\n')); });
  REQUIRE(error);
  CHECK(error->sentence() == "m.csv:2: column 1: the quote opened here never ends");
}

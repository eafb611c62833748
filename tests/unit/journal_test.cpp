#include "lib/batch/journal.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "lib/error.h"

using namespace cadenza;

namespace {

const std::string kHash(64, '0');
const JournalOpen kOpen{"cadenza 0.1.0", kHash, kHash, kHash};

JournalRecord done(const std::string& id) {
  return {.id = id, .key = kHash, .files = {{id + ".wav", 44, kHash}}};
}

std::string three_lines() {
  return journal_line(kOpen) + journal_line(done("a"), 1) + journal_line(done("b"), 2);
}

// A folder of its own, gone with the test.
struct Folder {
  std::filesystem::path path;
  Folder() {
    char name[] = "/tmp/cadenza-journal-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

std::string content(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("a journal line ends with the CRC-32 of the bytes before it") {
  // The CRC was computed by Python's zlib.crc32 over the same text.
  const std::string line = journal_line(done("a"), 1);
  CHECK(line == R"({"v":1,"seq":1,"type":"done","id":"a","key":")" + kHash +
                    R"(","files":[{"name":"a.wav","bytes":44,"sha256":")" + kHash +
                    R"("}],"crc":"880b31da"})" + "\n");
}

TEST_CASE("what was written is read back, every record type") {
  JournalRecord failed{.type = JournalRecord::Type::failed,
                       .id = "b",
                       .key = kHash,
                       .error_code = "bad_model",
                       .error_message = "step 3: \"NaN\""};
  JournalRecord uploaded{
      .type = JournalRecord::Type::uploaded, .id = "a", .key = kHash, .uri = "s3://bucket/a.wav"};
  const auto content = parse_journal(journal_line(kOpen) + journal_line(done("a"), 1) +
                                         journal_line(failed, 2) + journal_line(uploaded, 3),
                                     "journal.jsonl");
  CHECK(content.open.tool == "cadenza 0.1.0");
  REQUIRE(content.records.size() == 3);
  CHECK(content.records[0].files.at(0).name == "a.wav");
  CHECK(content.records[1].error_message == "step 3: \"NaN\"");
  CHECK(content.records[2].uri == "s3://bucket/a.wav");
  CHECK(content.next_seq == 4);
}

TEST_CASE("a journal may say how many rows its manifest had, and older ones do not") {
  JournalOpen open = kOpen;
  CHECK(journal_line(open).find("rows") == std::string::npos);
  CHECK(parse_journal(journal_line(open), "journal.jsonl").open.num_rows == 0);
  open.num_rows = 1000;
  CHECK(parse_journal(journal_line(open), "journal.jsonl").open.num_rows == 1000);
}

TEST_CASE("a journal cut at any byte never yields more done rows than whole lines") {
  const std::string whole = three_lines();
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const auto content = parse_journal(whole.substr(0, length), "journal.jsonl");
    std::size_t newlines = 0;
    for (std::size_t i = 0; i < length; ++i) newlines += whole[i] == '\n';
    CHECK(static_cast<std::size_t>(content.next_seq) == newlines);
  }
}

TEST_CASE("a journal with any byte changed yields a prefix of the truth or is refused") {
  const std::string whole = three_lines();
  const auto truth = parse_journal(whole, "journal.jsonl");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    try {
      const auto content = parse_journal(damaged, "journal.jsonl");
      REQUIRE(content.records.size() <= truth.records.size());
      for (std::size_t i = 0; i < content.records.size(); ++i)
        CHECK(content.records[i].id == truth.records[i].id);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::io);
    }
  }
}

TEST_CASE("damage before the last line names file and line") {
  std::string damaged = three_lines();
  damaged.replace(damaged.find("a.wav"), 5, "z.wav");
  try {
    parse_journal(damaged, "journal.jsonl");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.sentence().starts_with("journal.jsonl:2:"));
  }
}

TEST_CASE("a journal goes on after the last whole line") {
  const Folder folder;
  const auto path = folder.path / "journal.jsonl";
  { Journal(path, kOpen).append(done("a")); }
  std::ofstream(path, std::ios::app) << journal_line(done("b"), 2).substr(0, 20);
  {
    Journal journal(path, kOpen);
    CHECK(journal.content_at_start().records.size() == 1);
    journal.append(done("b"));
  }
  CHECK(content(path) == three_lines());
}

TEST_CASE("a journal that is a link, a pipe or a folder is refused") {
  const Folder folder;
  const auto path = folder.path / "journal.jsonl";
  std::filesystem::create_symlink("/etc/passwd", path);
  CHECK_THROWS_AS(Journal(path, kOpen), Error);
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  CHECK_THROWS_AS(Journal(path, kOpen), Error);
}

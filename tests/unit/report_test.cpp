// What a report counts, from rows in memory; what it reads of a folder; how it looks.
#include "lib/batch/report.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "lib/batch/report_text.h"
#include "lib/sidecar.h"
#include "tests/support/temp_folder.h"
#include "tests/support/thrown.h"

using namespace cadenza;
namespace fs = std::filesystem;
using Json = nlohmann::json;
using Status = ReportRow::Status;

namespace {

const std::string kHash(64, '0');

JournalOpen opened(std::int64_t num_rows, char manifest = '0') {
  return {"cadenza 0.1.0", std::string(64, manifest), kHash, kHash, num_rows};
}

// Made in two seconds that begin at `began_s`.
ReportRow done(const std::string& id, std::int64_t began_s = 1000) {
  return {.id = id,
          .status = Status::done,
          .key = kHash,
          .files = {{id + ".wav", 44, kHash}},
          .seconds = 2,
          .music_s = 10,
          .began_s = began_s,
          .ended_s = began_s + 2};
}

ReportRow failed(const std::string& id, const std::string& kind) {
  return {.id = id, .status = Status::failed, .kind = kind, .message = "why", .key = kHash};
}

ReportRow left(const std::string& id) {
  return {.id = id, .status = Status::left, .kind = "begun", .message = "why", .key = kHash};
}

Report report_of(std::vector<ReportFolder> folders, std::optional<double> cost = std::nullopt) {
  return make_report(std::move(folders), {cost});
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string record(const std::string& id) {
  Sidecar sidecar;
  sidecar.id = id;
  sidecar.created_at = "1970-01-01T00:16:40Z";
  sidecar.completed_at = "1970-01-01T00:16:42Z";
  sidecar.generation_time_s = 1.5;
  sidecar.duration_s = 10;
  sidecar.audio = {{id + ".wav", "wav", 32000, 1, "16", std::nullopt, 0, 4, kHash}};
  return to_json(sidecar);
}

// A folder with the two files of a done track; returns its journal record.
JournalRecord publish(const fs::path& folder, const std::string& id) {
  const std::string text = record(id);
  write(folder / (id + ".wav"), "song");
  write(folder / (id + ".json"), text);
  return {.id = id,
          .key = kHash,
          .files = {{id + ".wav", 4, kHash},
                    {id + ".json", static_cast<std::int64_t>(text.size()), kHash}}};
}

JournalRecord failure(const std::string& id) {
  return {.type = JournalRecord::Type::failed,
          .id = id,
          .key = kHash,
          .error_code = "temporary",
          .error_message = "out of memory"};
}

JournalRecord begin(const std::string& id) {
  return {.type = JournalRecord::Type::begin, .id = id, .key = kHash};
}

std::string journal(std::int64_t num_rows, const std::vector<JournalRecord>& records) {
  std::string text = journal_line(opened(num_rows));
  std::int64_t seq = 1;
  for (const JournalRecord& each : records) text += journal_line(each, seq++);
  return text;
}

}  // namespace

TEST_CASE("rows are counted by what became of them, and by kind") {
  const Report report = report_of({{.path = "takes",
                                    .opens = {opened(7)},
                                    .rows = {done("a"), done("b"), failed("c", "usage"),
                                             failed("d", "usage"), failed("e", "io"), left("f")}}});
  CHECK(report.all.num_done == 2);
  CHECK(report.failed_by_kind == std::map<std::string, std::size_t>{{"io", 1}, {"usage", 2}});
  CHECK(report.left_by_kind == std::map<std::string, std::size_t>{{"begun", 1}, {"not begun", 1}});
  CHECK(report.num_rows() == 7);
}

TEST_CASE("a row in two folders counts once: done before failed before left") {
  const Report report = report_of(
      {{.path = "1", .opens = {opened(3)}, .rows = {left("a"), failed("b", "io"), done("c")}},
       {.path = "2", .opens = {opened(3)}, .rows = {done("a"), left("b"), failed("c", "io")}}});
  CHECK(report.num_rows() == 3);
  CHECK(report.all.num_done == 2);
  CHECK(report.failed_by_kind == std::map<std::string, std::size_t>{{"io", 1}});
  CHECK(report.folders[0].num_done == 1);
  CHECK(report.folders[1].num_done == 1);
  CHECK(report.num_repeats == 3);
  CHECK(report.inconsistencies.empty());
}

TEST_CASE("two done rows of one id that are not the same track are named") {
  ReportRow other_request = done("a"), other_audio = done("b"), other_record = done("c");
  other_request.key = std::string(64, '1');
  other_audio.files[0].sha256 = std::string(64, '1');
  other_record.files.push_back({"c.json", 9, std::string(64, '1')});  // holds times: may differ
  const Report report =
      report_of({{.path = "1", .rows = {done("a"), done("b"), done("c")}},
                 {.path = "2", .rows = {other_request, other_audio, other_record}}});
  CHECK(report.inconsistencies ==
        std::vector<std::string>{"a: done in 1 and in 2, as different requests",
                                 "b: done in 1 and in 2, with different audio"});
  CHECK(report.all.num_done == 3);
}

TEST_CASE("shards of one manifest share its number of rows, other manifests add theirs") {
  const auto left_of = [](char manifest) {
    return report_of({{.path = "1", .opens = {opened(10)}, .rows = {done("a")}},
                      {.path = "2", .opens = {opened(10, manifest)}, .rows = {done("b")}}})
        .all.num_left;
  };
  CHECK(left_of('0') == 8);
  CHECK(left_of('1') == 18);
}

TEST_CASE("tracks made at the same time are paid for once") {
  // Two seconds each: two together, then one after a pause. 1000..1003 and 1100..1103.
  Report report = report_of({{.path = "1", .rows = {done("a"), done("b"), done("c", 1100)}}}, 3600);
  CHECK(report.track_s == 6);
  CHECK(report.busy_s == 6);  // 3 + 3 whole seconds
  CHECK(report.cost == 6.0);
  CHECK(report.real_time_factor() == 5.0);  // 30 s of music
  // The same on three machines is six seconds of machines.
  ReportRow b = done("b"), c = done("c");
  b.worker = 1;
  c.worker = 2;
  report = report_of({{.path = "1", .rows = {done("a"), b, c}}}, 3600);
  CHECK(report.busy_s == 6);
  // Ten at the same time on one machine are three whole seconds.
  std::vector<ReportRow> rows;
  for (char name = 'a'; name < 'k'; ++name) rows.push_back(done(std::string(1, name)));
  CHECK(report_of({{.path = "1", .rows = rows}}).busy_s == 3);
}

TEST_CASE("short tracks one after the other are not rounded up to seconds") {
  ReportRow a = done("a"), b = done("b");
  for (ReportRow* row : {&a, &b}) {
    row->seconds = 0.25;
    row->ended_s = row->began_s;
  }
  CHECK(report_of({{.path = "1", .rows = {a, b}}}).busy_s == 0.5);
}

TEST_CASE("an empty report has no figures that nobody knows") {
  const Report report = report_of({{.path = "1"}}, 2.0);
  CHECK(report.num_rows() == 0);
  CHECK_FALSE(report.p50_s);
  CHECK_FALSE(report.real_time_factor());
  CHECK(report.cost == 0.0);
}

TEST_CASE("a folder is read as a batch that resumes would read it") {
  const TempFolder folder;
  const JournalRecord a = publish(folder.path(), "a"), b = publish(folder.path(), "b");
  write(folder.path() / "journal.jsonl", journal(9, {begin("a"), a, begin("a"), failure("b"),
                                                     begin("b"), b, failure("c"), begin("d")}));
  const ReportFolder read = read_report_folder(folder.path());
  REQUIRE(read.rows.size() == 4);
  CHECK(read.rows[0].status == Status::done);
  CHECK(read.rows[0].seconds == 1.5);
  CHECK(read.rows[0].music_s == 10);
  CHECK(read.rows[0].began_s == 1000);
  CHECK(read.rows[0].ended_s == 1002);
  CHECK(read.rows[1].status == Status::done);
  CHECK(read.rows[2].kind == "temporary");
  CHECK(read.rows[2].message == "out of memory");
  CHECK(read.rows[3].kind == "begun");
  CHECK(read.opens[0].num_rows == 9);
  CHECK(read.warnings.empty());
}

TEST_CASE("several journals of a folder are several workers") {
  const TempFolder folder;
  write(folder.path() / "journal-1-of-2.jsonl", journal(2, {publish(folder.path(), "a")}));
  write(folder.path() / "journal-2-of-2.jsonl", journal(2, {publish(folder.path(), "b")}));
  const Report report = report_of({read_report_folder(folder.path())});
  CHECK(report.num_rows() == 2);
  CHECK(report.busy_s == 3);  // twice 1.5
}

TEST_CASE("a torn last line is passed over, damage before it is refused by file and line") {
  const TempFolder folder;
  const std::string whole = journal(2, {publish(folder.path(), "a")});
  write(folder.path() / "journal.jsonl", whole + "{\"v\":1,\"seq\":2,\"ty");
  CHECK(read_report_folder(folder.path()).rows.size() == 1);
  write(folder.path() / "journal.jsonl", journal_line(opened(2)) + "garbage\n" + whole);
  const auto error = thrown([&] { read_report_folder(folder.path()); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::io);
  CHECK(error->sentence().find("journal.jsonl:2: ") != std::string::npos);
}

TEST_CASE("a done row whose file is gone or cut is left, as a batch would make it again") {
  const TempFolder folder;
  write(folder.path() / "journal.jsonl",
        journal(2, {publish(folder.path(), "a"), publish(folder.path(), "b")}));
  fs::remove(folder.path() / "a.wav");
  write(folder.path() / "b.wav", "son");
  const Report report = report_of({read_report_folder(folder.path())});
  CHECK(report.left_by_kind == std::map<std::string, std::size_t>{{"damaged", 2}});
}

TEST_CASE("a record that cannot be read costs its times, not its track, and is told") {
  const TempFolder folder;
  JournalRecord a = publish(folder.path(), "a");
  write(folder.path() / "a.json", "{");
  a.files[1].bytes = 1;
  write(folder.path() / "journal.jsonl", journal(1, {a}));
  const ReportFolder read = read_report_folder(folder.path());
  CHECK(read.rows[0].status == Status::done);
  CHECK(read.rows[0].seconds == 0);
  REQUIRE(read.warnings.size() == 1);
  CHECK(read.warnings[0].find("a.json") != std::string::npos);
}

TEST_CASE("a folder without a journal is an error, not an empty report") {
  const TempFolder folder;
  for (const fs::path& path : {folder.path(), folder.path() / "none"}) {
    const auto error = thrown([&] { read_report_folder(path); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::not_found);
    CHECK(error->sentence().starts_with(path.string() + ": "));
  }
}

TEST_CASE("the table says what is known and nothing else") {
  const Report report = report_of(
      {{.path = "takes", .opens = {opened(3)}, .rows = {done("a"), failed("b", "usage")}}}, 36);
  CHECK(report_table(report, {36.0}) ==
        "done                1 of 3\n"
        "failed              1 (usage 1)\n"
        "left                1 (not begun 1)\n"
        "seconds per track   p50 2.00, p95 2.00\n"
        "audio               10.0 s\n"
        "made in             2.00 s, 5.00 x real time\n"
        "cost                0.0200 at 36.00 an hour, 0.0200 a track\n"
        "\n"
        "without a track:\n"
        "  b  usage: why\n");
}

TEST_CASE("foreign text stays text in Markdown, and on its line everywhere") {
  ReportRow row = failed("b", "usage");
  row.message = "found \"<script>|`x`\"\n::error::forged\x1b[31m";
  const Report report = report_of({{.path = "takes\n| x", .rows = {row}}, {.path = "b"}});
  for (const std::string& text : {report_table(report, {}), report_markdown(report, {})}) {
    CHECK(text.find("\n::error::") == std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find("takes\n") == std::string::npos);
  }
  CHECK(report_markdown(report, {}).find("\\<script\\>\\|\\`x\\`") != std::string::npos);
}

TEST_CASE("people see twenty rows without a track, programs see all") {
  std::vector<ReportRow> rows;
  for (int i = 0; i < 25; ++i) rows.push_back(failed("row-" + std::to_string(i), "io"));
  const Report report = report_of({{.path = "takes", .rows = rows}});
  CHECK(report_table(report, {}).find("and 5 more") != std::string::npos);
  CHECK(report_markdown(report, {}).find("and 5 more") != std::string::npos);
  CHECK(Json::parse(report_json(report, {}))["rows"].size() == 25);
}

TEST_CASE("the JSON holds every figure and every row") {
  const Report report = report_of(
      {{.path = "takes", .opens = {opened(3)}, .rows = {done("a"), failed("b", "usage")}}}, 36);
  const Json json = Json::parse(report_json(report, {36.0}));
  CHECK(json["done"] == 1);
  CHECK(json["failed_by_kind"] == Json({{"usage", 1}}));
  CHECK(json["left_by_kind"] == Json({{"not begun", 1}}));
  CHECK(json["seconds_per_track"] == Json({{"p50", 2.0}, {"p95", 2.0}}));
  CHECK(json["real_time_factor"] == 5.0);
  CHECK(json["cost"]["total"] == doctest::Approx(0.02));
  CHECK(json["rows"][0] == Json({{"id", "a"},
                                 {"status", "done"},
                                 {"folder", "takes"},
                                 {"seconds", 2.0},
                                 {"audio_seconds", 10.0}}));
  CHECK(json["rows"][1]["kind"] == "usage");
  CHECK_FALSE(Json::parse(report_json(report_of({{.path = "1"}}), {})).contains("cost"));
}

#include "lib/batch/report_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/batch/junit.h"
#include "lib/json/strict_json.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

using Status = ReportRow::Status;
using Facts = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kShownRows = 20;  // of those without a track, for people

// "2 (temporary 1, usage 1)"
std::string count_by_kind(std::size_t count, const std::map<std::string, std::size_t>& by_kind) {
  std::string kinds;
  for (const auto& [kind, number] : by_kind)
    kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", shortened(kind), number);
  return kinds.empty() ? fmt::format("{}", count) : fmt::format("{} ({})", count, kinds);
}

std::string money(double amount) {
  return fmt::format("{:.{}f}", amount, amount >= 1 || amount == 0 ? 2 : amount >= 0.01 ? 4 : 6);
}

// Tracks take milliseconds or minutes.
std::string shown_seconds(double seconds) {
  return fmt::format("{:.{}f}", seconds, seconds >= 10 ? 1 : seconds >= 0.1 ? 2 : 3);
}

// What is known, as name and value; what nobody knows is left out.
Facts facts_of(const Report& report, const ReportOptions& options) {
  Facts facts = {{"done", fmt::format("{} of {}", report.all.num_done, report.num_rows())},
                 {"failed", count_by_kind(report.all.num_failed, report.failed_by_kind)},
                 {"left", count_by_kind(report.all.num_left, report.left_by_kind)}};
  if (report.num_repeats > 0)
    facts.emplace_back("in several folders", fmt::format("{}, counted once", report.num_repeats));
  if (report.p50_s)
    facts.emplace_back(
        "seconds per track",
        fmt::format("p50 {}, p95 {}", shown_seconds(*report.p50_s), shown_seconds(*report.p95_s)));
  facts.emplace_back("audio", fmt::format("{:.1f} s", report.music_s));
  if (const auto factor = report.real_time_factor())
    facts.emplace_back(
        "made in", fmt::format("{} s, {:.2f} x real time", shown_seconds(report.busy_s), *factor));
  if (!report.cost) return facts;
  std::string cost =
      fmt::format("{} at {} an hour", money(*report.cost), money(*options.cost_per_hour));
  if (report.all.num_done > 0)
    cost +=
        fmt::format(", {} a track", money(*report.cost / static_cast<double>(report.all.num_done)));
  facts.emplace_back("cost", std::move(cost));
  return facts;
}

std::vector<const Report::Row*> rows_without_track(const Report& report) {
  std::vector<const Report::Row*> rows;
  for (const Report::Row& row : report.rows)
    if (row.status != Status::done) rows.push_back(&row);
  std::stable_sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) {
    return a->status == Status::failed && b->status != Status::failed;
  });
  return rows;
}

const char* status_name(Status status) {
  return status == Status::done ? "done" : status == Status::failed ? "failed" : "left";
}

std::string folder_table(const Report& report) {
  if (report.folders.size() < 2) return "";
  std::string text = "\n     done   failed     left  folder\n";
  for (const Report::Folder& folder : report.folders)
    text += fmt::format("{:9}{:9}{:9}  {}\n", folder.num_done, folder.num_failed, folder.num_left,
                        shown_path(folder.path, 80));
  return text;
}

// A cell of a Markdown table, in which foreign text stays text.
std::string cell(const std::string& text) {
  std::string result;
  for (const char c : shortened(text, 200)) {
    if (std::string_view("\\`*_{}[]<>()#|~&!").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

Json by_kind_object(const std::map<std::string, std::size_t>& by_kind) {
  Json object = Json::object();
  for (const auto& [kind, number] : by_kind) object[kind] = number;
  return object;
}

Json row_object(const Report& report, const Report::Row& row) {
  Json object = {{"id", row.id},
                 {"status", status_name(row.status)},
                 {"folder", report.folders[row.folder].path}};
  if (!row.kind.empty()) object["kind"] = row.kind;
  if (!row.message.empty()) object["message"] = row.message;
  if (row.seconds > 0) object["seconds"] = row.seconds;
  if (row.music_s > 0) object["audio_seconds"] = row.music_s;
  return object;
}

Json counts_object(const ReportCounts& counts) {
  return {{"done", counts.num_done}, {"failed", counts.num_failed}, {"left", counts.num_left}};
}

void put_figures(Json& object, const Report& report, const ReportOptions& options) {
  if (report.p50_s) object["seconds_per_track"] = {{"p50", *report.p50_s}, {"p95", *report.p95_s}};
  object["audio_seconds"] = report.music_s;
  object["track_seconds"] = report.track_s;
  object["busy_seconds"] = report.busy_s;
  if (const auto factor = report.real_time_factor()) object["real_time_factor"] = *factor;
  if (!report.cost) return;
  object["cost"] = {{"per_hour", *options.cost_per_hour}, {"total", *report.cost}};
  if (report.all.num_done > 0)
    object["cost"]["per_track"] = *report.cost / static_cast<double>(report.all.num_done);
}

}  // namespace

std::string report_table(const Report& report, const ReportOptions& options) {
  std::string text;
  for (const auto& [name, value] : facts_of(report, options))
    text += fmt::format("{:<20}{}\n", name, value);
  text += folder_table(report);
  const auto rows = rows_without_track(report);
  if (!rows.empty()) text += "\nwithout a track:\n";
  for (std::size_t i = 0; i < std::min(rows.size(), kShownRows); ++i)
    text += fmt::format("  {}  {}: {}\n", rows[i]->id, shortened(rows[i]->kind),
                        shortened(rows[i]->message, 160));
  if (rows.size() > kShownRows)
    text += fmt::format("  and {} more; --format json has all\n", rows.size() - kShownRows);
  return text;
}

std::string report_markdown(const Report& report, const ReportOptions& options) {
  std::string text = "| tracks | |\n|---|---|\n";
  for (const auto& [name, value] : facts_of(report, options))
    text += fmt::format("| {} | {} |\n", name, value);
  if (report.folders.size() > 1) text += "\n| folder | done | failed | left |\n|---|--:|--:|--:|\n";
  for (const Report::Folder& folder : report.folders)
    if (report.folders.size() > 1)
      text += fmt::format("| {} | {} | {} | {} |\n", cell(folder.path), folder.num_done,
                          folder.num_failed, folder.num_left);
  const auto rows = rows_without_track(report);
  if (!rows.empty()) text += "\n| without a track | kind | why |\n|---|---|---|\n";
  for (std::size_t i = 0; i < std::min(rows.size(), kShownRows); ++i)
    text += fmt::format("| {} | {} | {} |\n", cell(rows[i]->id), cell(rows[i]->kind),
                        cell(rows[i]->message));
  if (rows.size() > kShownRows) text += fmt::format("\nand {} more\n", rows.size() - kShownRows);
  for (const std::string& fault : report.inconsistencies)
    text += fmt::format("\n- **inconsistent**: {}\n", cell(fault));
  return text;
}

std::string report_json(const Report& report, const ReportOptions& options) {
  Json object = {{"schema_version", 1}, {"tracks", report.num_rows()}};
  object.update(counts_object(report.all));
  object["failed_by_kind"] = by_kind_object(report.failed_by_kind);
  object["left_by_kind"] = by_kind_object(report.left_by_kind);
  object["in_several_folders"] = report.num_repeats;
  put_figures(object, report, options);
  object["inconsistencies"] = report.inconsistencies;
  object["warnings"] = report.warnings;
  object["folders"] = Json::array();
  for (const Report::Folder& folder : report.folders) {
    Json entry = {{"path", folder.path}};
    entry.update(counts_object(folder));
    object["folders"].push_back(std::move(entry));
  }
  object["rows"] = Json::array();
  for (const Report::Row& row : report.rows) object["rows"].push_back(row_object(report, row));
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string report_junit(const Report& report) {
  std::vector<JunitCase> cases;
  for (const Report::Row& row : report.rows) {
    JunitCase one{.id = row.id, .seconds = row.seconds};
    if (row.status == Status::failed) one.outcome = JunitCase::Outcome::failed;
    if (row.status == Status::left) one.outcome = JunitCase::Outcome::skipped;
    if (row.status == Status::failed) one.error_kind = row.kind;
    one.message = row.message;
    cases.push_back(std::move(one));
  }
  const std::string suite = report.folders.size() == 1 ? report.folders.front().path : "batch";
  return junit_xml(suite, cases);
}

}  // namespace cadenza

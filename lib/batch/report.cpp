#include "lib/batch/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "lib/batch/tally.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

using Status = ReportRow::Status;

// The files that must be equal when a track is made twice: all but its record, which holds times.
std::vector<std::string> content_hashes(const ReportRow& row) {
  std::vector<std::string> hashes;
  for (const JournalFile& file : row.files)
    if (!file.name.ends_with(".json")) hashes.push_back(file.sha256);
  return hashes;
}

// What two done rows of one id do not agree on; empty when they are the same track.
std::string disagreement(const ReportRow& a, const ReportRow& b) {
  if (a.key != b.key) return "as different requests";
  if (content_hashes(a) != content_hashes(b)) return "with different audio";
  return "";
}

class Counter {
 public:
  Counter(std::vector<ReportFolder> folders, const ReportOptions& options)
      : folders_(std::move(folders)), options_(options) {}

  Report count() {
    for (std::size_t i = 0; i < folders_.size(); ++i) add_folder(i);
    for (auto& [id, row] : rows_) add_row(row);
    add_unbegun();
    measure();
    for (auto& [id, row] : rows_) report_.rows.push_back(std::move(row));
    return std::move(report_);
  }

 private:
  void add_folder(std::size_t index) {
    ReportFolder& folder = folders_[index];
    report_.folders.push_back({{}, folder.path});
    for (std::string& warning : folder.warnings) report_.warnings.push_back(std::move(warning));
    for (ReportRow& row : folder.rows) {
      std::string id = row.id;
      Report::Row entry{std::move(row), index};
      const auto [known, is_new] = rows_.try_emplace(std::move(id), entry);
      if (!is_new) merge(known->second, std::move(entry));
    }
  }

  void merge(Report::Row& known, Report::Row other) {
    repeated_.insert(known.id);
    if (known.status == Status::done && other.status == Status::done)
      if (const std::string fault = disagreement(known, other); !fault.empty())
        report_.inconsistencies.push_back(fmt::format(
            "{}: done in {} and in {}, {}", known.id, shown_path(folders_[known.folder].path, 80),
            shown_path(folders_[other.folder].path, 80), fault));
    if (other.status < known.status) known = std::move(other);
  }

  void add_row(const Report::Row& row) {
    ReportCounts& folder = report_.folders[row.folder];
    if (row.status == Status::done) {
      ++report_.all.num_done, ++folder.num_done;
    } else if (row.status == Status::failed) {
      ++report_.all.num_failed, ++folder.num_failed, ++report_.failed_by_kind[row.kind];
    } else {
      ++report_.all.num_left, ++folder.num_left, ++report_.left_by_kind[row.kind];
    }
  }

  // Tracks that no journal names. Shards of one manifest each say how many it has in all; folders
  // of different manifests add up.
  void add_unbegun() {
    std::map<std::string, std::int64_t> planned;  // by manifest
    for (const ReportFolder& folder : folders_)
      for (const JournalOpen& open : folder.opens)
        planned[open.manifest_sha256] = std::max(planned[open.manifest_sha256], open.num_rows);
    std::int64_t num_planned = 0;
    for (const auto& [manifest, num_rows] : planned) num_planned += num_rows;
    const auto num_known = static_cast<std::int64_t>(rows_.size());
    if (num_planned <= num_known) return;
    const auto num_unbegun = static_cast<std::size_t>(num_planned - num_known);
    report_.left_by_kind["not begun"] = num_unbegun;
    report_.all.num_left += num_unbegun;
  }

  void measure() {
    std::vector<double> seconds;
    std::map<std::pair<std::size_t, std::size_t>, std::vector<const ReportRow*>> workers;
    for (const auto& [id, row] : rows_) {
      if (row.status != Status::done) continue;
      report_.music_s += row.music_s;
      if (row.seconds <= 0) continue;
      seconds.push_back(row.seconds);
      workers[{row.folder, row.worker}].push_back(&row);
    }
    for (const auto& [worker, tracks] : workers) report_.busy_s += busy_seconds(tracks);
    for (const double each : seconds) report_.track_s += each;
    if (!seconds.empty()) {
      report_.p50_s = percentile(seconds, 0.5);
      report_.p95_s = percentile(seconds, 0.95);
    }
    if (options_.cost_per_hour) report_.cost = *options_.cost_per_hour * report_.busy_s / 3600;
    report_.num_repeats = repeated_.size();
  }

  // Tracks are made together, so their seconds overlap: the union of their times is what the
  // machine was busy. Times are whole seconds; short tracks one after the other would round up, but
  // together they cannot take longer than their sum.
  static double busy_seconds(const std::vector<const ReportRow*>& tracks) {
    std::vector<std::pair<std::int64_t, std::int64_t>> spans;
    double sum_s = 0;
    for (const ReportRow* track : tracks) {
      sum_s += track->seconds;
      if (track->began_s == 0 || track->ended_s < track->began_s) return sum_s;
      spans.emplace_back(track->began_s, track->ended_s + 1);
    }
    std::sort(spans.begin(), spans.end());
    std::int64_t union_s = 0, end = spans.front().first;
    for (const auto& [from, to] : spans) {
      union_s += std::max<std::int64_t>(0, to - std::max(from, end));
      end = std::max(end, to);
    }
    return std::min(sum_s, static_cast<double>(union_s));
  }

  std::vector<ReportFolder> folders_;
  ReportOptions options_;
  Report report_;
  std::map<std::string, Report::Row> rows_;
  std::set<std::string> repeated_;
};

}  // namespace

std::optional<double> Report::real_time_factor() const {
  if (busy_s <= 0) return std::nullopt;
  return music_s / busy_s;
}

Report make_report(std::vector<ReportFolder> folders, const ReportOptions& options) {
  return Counter(std::move(folders), options).count();
}

}  // namespace cadenza

// What one or many output folders of batches hold: how many tracks are done, failed, left, how long
// they took, what they cost. read_report_folder asks the disk; make_report only counts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/batch/journal.h"

namespace cadenza {

// One track, as one folder knows it.
struct ReportRow {
  enum class Status { done, failed, left };
  std::string id;
  Status status = Status::left;
  std::string kind;     // failed: the error's word; left: "begun", or "damaged" (its files)
  std::string message;  // why
  std::string key;      // of the request: equal keys are equal work
  std::vector<JournalFile> files;  // done
  // Of a done one, from its record; 0 where it does not say. A failed one left no times behind.
  double seconds = 0, music_s = 0;
  std::int64_t began_s = 0, ended_s = 0;  // UTC, whole seconds since 1970
  std::size_t worker = 0;                 // which journal of the folder: one process at a time
};

struct ReportFolder {
  std::string path;  // as people gave it
  std::vector<JournalOpen> opens;
  std::vector<ReportRow> rows;        // by id
  std::vector<std::string> warnings;  // records that could not be read
};

// path: a folder, or one journal in it. Nothing is written and no lock is taken: a batch may be
// running. Throws Error(not_found) when there is no journal, Error(io) "takes/journal.jsonl:3: …"
// for a damaged one.
ReportFolder read_report_folder(const std::filesystem::path& path);

struct ReportOptions {
  std::optional<double> cost_per_hour;  // of one worker
};

struct ReportCounts {
  std::size_t num_done = 0, num_failed = 0, num_left = 0;
};

struct Report {
  struct Row : ReportRow {
    std::size_t folder = 0;  // index into folders
  };
  struct Folder : ReportCounts {
    std::string path;
  };

  std::vector<Folder> folders;
  std::vector<Row> rows;  // by id, each once
  ReportCounts all;
  std::map<std::string, std::size_t> failed_by_kind, left_by_kind;  // left: also "not begun"
  std::size_t num_repeats = 0;  // rows that more than one folder has
  std::optional<double> p50_s, p95_s;
  double music_s = 0, track_s = 0;  // sums over done tracks
  // In which at least one track was being made, over all workers: what the machines were busy.
  double busy_s = 0;
  std::optional<double> cost;
  std::vector<std::string> inconsistencies, warnings;

  std::size_t num_rows() const { return all.num_done + all.num_failed + all.num_left; }
  std::optional<double> real_time_factor() const;
};

// A row of several folders counts once: done before failed before left. Two done ones that are not
// the same track are an inconsistency, which is named.
Report make_report(std::vector<ReportFolder> folders, const ReportOptions& options);

}  // namespace cadenza

// The part of a report that reads the disk: journals first, then the record of each done track.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <system_error>

#include "lib/batch/batch_state.h"
#include "lib/batch/report.h"
#include "lib/error.h"
#include "lib/io/folder.h"
#include "lib/read_sidecar.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

namespace fs = std::filesystem;
using Status = ReportRow::Status;
using Rows = std::map<std::string, ReportRow>;

std::vector<fs::path> journals_in(const fs::path& folder) {
  std::vector<fs::path> journals;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    if (is_journal_name(entry->path().filename().string())) journals.push_back(entry->path());
  if (error) fail_io(folder, "cannot read the folder", error.value());
  if (journals.empty())
    fail(ErrorKind::not_found, shown_path(folder.native()) + ": holds no journal.jsonl of a batch",
         "name the --out-dir of a batch");
  std::sort(journals.begin(), journals.end());
  return journals;
}

// As a batch that resumes would: what began again is not undone, only a new `done` replaces one.
void apply(const JournalRecord& record, std::size_t worker, Rows& rows) {
  using Type = JournalRecord::Type;
  if (record.type == Type::uploaded) return;
  ReportRow& row = rows[record.id];
  if (row.status == Status::done && record.type != Type::done) return;
  row = {.id = record.id,
         .status = record.type == Type::done     ? Status::done
                   : record.type == Type::failed ? Status::failed
                                                 : Status::left,
         .kind = record.type == Type::begin ? "begun" : record.error_code,
         .message = record.type == Type::begin ? "begun and not finished" : record.error_message,
         .key = record.key,
         .files = record.files,
         .worker = worker};
}

void read_times(const fs::path& record, ReportRow& row, std::vector<std::string>& warnings) {
  try {
    const RecordedFiles files =
        read_recorded_files(read_sidecar_text(record), shown_path(record.native()));
    row.seconds = files.generation_time_s;
    row.music_s = files.duration_s;
    row.began_s = utc_seconds(files.created_at).value_or(0);
    row.ended_s = utc_seconds(files.completed_at).value_or(0);
  } catch (const Error& error) {
    warnings.push_back(error.sentence() + "; the track counts, its time does not");
  }
}

// A done record whose files are gone or cut would be made again: the track is left.
void look_at_files(const fs::path& folder, ReportRow& row, std::vector<std::string>& warnings) {
  if (row.status != Status::done) return;
  if (!has_all_files(folder, {.files = row.files}, false)) {
    row.status = Status::left;
    row.kind = "damaged";
    row.message = "done, but a file is gone or has another size";
    return;
  }
  for (const JournalFile& file : row.files)
    if (file.name == row.id + ".json") read_times(folder / file.name, row, warnings);
}

}  // namespace

ReportFolder read_report_folder(const fs::path& path) {
  if (path.empty()) fail(ErrorKind::usage, "dir: the name is empty");
  std::error_code error;
  const bool is_folder = fs::is_directory(path, error);
  if (!is_folder && !fs::exists(fs::symlink_status(path, error)))
    fail(ErrorKind::not_found, shown_path(path.native()) + ": is not there");
  const std::vector<fs::path> journals =
      is_folder ? journals_in(path) : std::vector<fs::path>{path};
  ReportFolder folder{.path = path.string()};
  Rows rows;
  for (std::size_t worker = 0; worker < journals.size(); ++worker) {
    const JournalContent content =
        read_journal(journals[worker], shown_path(journals[worker].native()));
    if (content.next_seq != 0) folder.opens.push_back(content.open);
    for (const JournalRecord& record : content.records) apply(record, worker, rows);
  }
  for (auto& [id, row] : rows) {
    look_at_files(is_folder ? path : path.parent_path(), row, folder.warnings);
    folder.rows.push_back(std::move(row));
  }
  return folder;
}

}  // namespace cadenza

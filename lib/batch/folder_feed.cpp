#include "lib/batch/folder_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "lib/batch/file_name.h"
#include "lib/batch/line_reader.h"
#include "lib/io/sha256.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace fs = std::filesystem;

FolderFeed::FolderFeed(Manifest& manifest, BatchPlan& plan, FolderFeedOptions options)
    : manifest_(manifest), plan_(plan), options_(std::move(options)), builder_(manifest) {}

void FolderFeed::poll() {
  if (options_.heartbeat) options_.heartbeat();
  const auto now = std::chrono::steady_clock::now();
  if (now < next_look_) return;
  next_look_ = now + options_.pause;
  for (const fs::path& file : request_files(options_.folder)) look(file);
}

void FolderFeed::look(const fs::path& file) {
  const std::string name = file.filename().native();
  if (taken_.contains(name)) return;
  std::error_code error;
  const Stamp stamp{fs::file_size(file, error), fs::last_write_time(file, error)};
  if (error) return;  // gone again
  const auto [before, is_new] = stamps_.try_emplace(name, stamp);
  if (is_new || before->second != stamp) {
    before->second = stamp;
    return;
  }
  stamps_.erase(before);
  taken_.insert(name);
  take(file);
}

void FolderFeed::refuse(const std::string& sentence) {
  ++num_refused_;
  options_.refused(sentence);
}

void FolderFeed::take(const fs::path& file) {
  try {
    read(file);
  } catch (const Error& error) {
    refuse(error.sentence());
  }
}

void FolderFeed::read(const fs::path& file) {
  const std::string name = shown_path(file.native());
  const std::size_t num_rows = manifest_.rows.size(), num_invalid = manifest_.invalid.size();
  manifest_.faults.clear();
  manifest_.num_faults = 0;
  manifest_.is_refused = false;
  builder_.begin_file(name);
  Sha256 unused;
  builder_.add_json(read_manifest_file(file, name, kMaxRecordBytes, unused), 1);
  for (const std::string& fault : manifest_.faults) {
    if (manifest_.is_refused)
      refuse(fault);
    else
      options_.refused(fault);
  }
  if (manifest_.invalid.size() > num_invalid) plan_invalid(num_invalid);
  if (manifest_.rows.size() > num_rows) plan_valid(num_rows);
}

// Ids of one row; false when another file's row has one of them.
bool FolderFeed::claim(const std::vector<BatchJob>& jobs) {
  for (const BatchJob& job : jobs)
    if (ids_.contains(folded_id(job.id))) return false;
  for (const BatchJob& job : jobs) ids_.insert(folded_id(job.id));
  return true;
}

void FolderFeed::plan_valid(std::size_t index) {
  const ManifestRow row = manifest_.rows[index];
  if (const std::string problem = options_.problem(manifest_.values(row)); !problem.empty()) {
    options_.refused(fmt::format("{}: {}", manifest_.place(row.file, row.line), problem));
    manifest_.invalid.push_back(
        {row.number, row.line, row.file, row.id(), manifest_.arena.keep(problem)});
    manifest_.rows.pop_back();
    return plan_invalid(manifest_.invalid.size() - 1);
  }
  std::vector<BatchJob> jobs;
  add_jobs(manifest_, index, options_.model_identity, jobs);
  if (!claim(jobs))
    return refuse(fmt::format("{}: id: {} is the id of an earlier file",
                              manifest_.place(row.file, row.line), quoted(jobs.front().id)));
  plan_.jobs.insert(plan_.jobs.end(), jobs.begin(), jobs.end());
  plan_.num_all = plan_.jobs.size();
}

void FolderFeed::plan_invalid(std::size_t index) {
  const InvalidRow& row = manifest_.invalid[index];
  const BatchJob job{static_cast<std::uint32_t>(index), 0, invalid_id(row), true};
  if (!claim({job})) return refuse(fmt::format("{}: its id is taken", manifest_.files[row.file]));
  plan_.jobs.push_back(job);
  plan_.num_all = plan_.jobs.size();
}

}  // namespace cadenza

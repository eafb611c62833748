#include "lib/batch/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "lib/batch/run_queue.h"
#include "lib/io/folder.h"
#include "lib/io/publish.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShownNames = 3;

std::string error_name(const BatchJob& job) { return job.id + ".error.json"; }

// "the manifest's row", or what else changed since the journal was opened.
std::string what_changed(const JournalOpen& before, const JournalOpen& now) {
  std::string what = "the row in the manifest";
  if (before.model_sha256 != now.model_sha256) what += ", the model";
  if (before.settings_sha256 != now.settings_sha256) what += ", the settings";
  return what;
}

}  // namespace

Batch::Batch(const BatchPlan& plan, const TrackMaker& maker, BatchOptions options,
             BatchObserver& observer)
    : plan_(plan), maker_(maker), options_(std::move(options)), observer_(observer) {}

void Batch::expect_same_key(const BatchJob& job, const TrackState& state) const {
  if (state.key == maker_.key(job) || options_.overwrites) return;
  fail(ErrorKind::usage,
       fmt::format("{}: id {} is done, but was another request: changed since: {}",
                   journal_name(options_.shard), quoted(job.id),
                   what_changed(state_.opens.front(), options_.open)),
       "give it another id, another --out-dir, or --overwrite");
}

// Before a track is begun for the first time its names must be free; afterwards they are ours.
void Batch::expect_free_names(const BatchJob& job, const TrackState* state) {
  if (state != nullptr || options_.overwrites) return;
  std::vector<std::string> names = maker_.file_names(job);
  names.push_back(error_name(job));
  for (std::string& name : names)
    if (state_.names.contains(name)) taken_.push_back(std::move(name));
}

void Batch::decide(std::size_t index) {
  const BatchJob& job = plan_.jobs[index];
  const auto entry = state_.tracks.find(job.id);
  const TrackState* state = entry == state_.tracks.end() ? nullptr : &entry->second;
  const bool is_done = state != nullptr && state->status == TrackState::Status::done;
  if (is_done && !options_.is_fresh) {
    expect_same_key(job, *state);
    const bool is_same = state->key == maker_.key(job);
    if (is_same && has_all_files(options_.out_dir, *state, options_.checks_hashes)) {
      ++num_done_;
      return;
    }
    observer_.noted(fmt::format(
        "{}: {}; it is made again", job.id,
        is_same ? "a file is gone or differs from the journal" : "the request has changed"));
  }
  const bool has_failed = state != nullptr && state->status == TrackState::Status::failed;
  if (options_.reruns_failed_only && !has_failed) return;
  if (!options_.is_fresh) expect_free_names(job, state);
  todo_.push_back(index);
}

void Batch::check() {
  expect_usable_folder(options_.out_dir);
  state_ = read_batch_state(options_.out_dir, options_.shard);
  todo_.clear();
  taken_.clear();
  num_done_ = 0;
  for (std::size_t i = 0; i < plan_.jobs.size(); ++i) decide(i);
  num_decided_ = plan_.jobs.size();
  if (taken_.empty()) return;
  std::string names;
  for (std::size_t i = 0; i < std::min(taken_.size(), kShownNames); ++i)
    names += (i == 0 ? "" : ", ") + escaped(taken_[i]);
  if (taken_.size() > kShownNames)
    names += fmt::format(" and {} more", taken_.size() - kShownNames);
  fail(ErrorKind::usage,
       fmt::format("{}: already there and not by this batch: {}",
                   shown_path(options_.out_dir.native(), 60), names),
       "choose another --out-dir or give --overwrite");
}

// A row that came later and cannot be made here fails alone, and unrecorded: what the journal says
// about its id is another request's.
void Batch::admit(std::size_t index) {
  const BatchJob& job = plan_.jobs[index];
  const std::size_t num_done = num_done_;
  taken_.clear();
  try {
    decide(index);
    if (!taken_.empty()) {
      todo_.pop_back();
      fail(ErrorKind::usage,
           fmt::format("{} is already there and not by this batch", escaped(taken_.front())));
    }
  } catch (const Error& error) {
    observer_.added(job, false);
    observer_.failed(job, error, 0);
    ++num_rejected_;
    return;
  }
  observer_.added(job, num_done_ > num_done);
}

void Batch::admit_new() {
  while (num_decided_ < plan_.jobs.size()) admit(num_decided_++);
}

// What a killed run had published of tracks that it did not finish.
void Batch::remove_leftovers() {
  lock_->remove_leftovers();
  std::error_code ignored;
  for (const std::size_t index : todo_) {
    const auto state = state_.tracks.find(plan_.jobs[index].id);
    if (state == state_.tracks.end() || state->second.status != TrackState::Status::begun) continue;
    for (const std::string& name : maker_.file_names(plan_.jobs[index]))
      if (state_.names.contains(name)) fs::remove(options_.out_dir / name, ignored);
  }
}

// --fresh: first the results that the journal vouches for, then the journal, so that a kill in
// between leaves a journal that tells of missing files, which is repaired by making them.
void Batch::remove_results() {
  std::error_code ignored;
  for (const auto& [id, track] : state_.tracks) {
    for (const JournalFile& file : track.files) fs::remove(options_.out_dir / file.name, ignored);
    if (track.has_error_record) fs::remove(options_.out_dir / (id + ".error.json"), ignored);
  }
  fs::remove(options_.out_dir / journal_name(options_.shard), ignored);
}

void Batch::open() {
  const NewFolders new_folders(options_.out_dir);
  lock_ = std::make_unique<BatchLock>(options_.out_dir, options_.shard, options_.owner);
  if (!lock_->warning().empty()) observer_.noted(lock_->warning());
  check();
  remove_leftovers();
  if (options_.is_fresh && !state_.tracks.empty()) {
    remove_results();
    check();
  }
}

BatchSummary Batch::run(Generator& generator, ProgressReporter& progress, const StopFlag& stop,
                        const StopFlag& drain) {
  journal_ =
      std::make_unique<Journal>(options_.out_dir / journal_name(options_.shard), options_.open);
  sync_folder(open_folder(options_.out_dir).get());  // the journal's own name
  RunQueue queue(*this, drain);
  do {
    generator.generate_all(queue, options_.max_rows, progress, stop);
  } while (queue.wait_for_more(stop));
  return queue.summary();
}

}  // namespace cadenza

#include "lib/batch/run_queue.h"

#include <algorithm>
#include <functional>
#include <system_error>
#include <thread>

#include "lib/io/publish.h"
#include "lib/io/sha256.h"

namespace cadenza {

namespace {

namespace fs = std::filesystem;

constexpr double kFirstWaitS = 0.5, kLongestWaitS = 60;
constexpr auto kNap = std::chrono::milliseconds(20);  // how soon a signal is seen while waiting

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

double retry_wait_s(int attempt, std::string_view id) {
  const double longest = std::min(kLongestWaitS, kFirstWaitS * (1 << std::min(attempt, 10)));
  const double share = static_cast<double>(std::hash<std::string_view>{}(id) % 1000) / 1000;
  return longest * (0.5 + 0.5 * share);
}

bool is_passing(const Error& error) { return error.kind() == ErrorKind::temporary; }

RunQueue::RunQueue(Batch& batch, const StopFlag& drain) : batch_(batch), drain_(drain) {
  summary_.num_jobs = batch.plan_.jobs.size();
  summary_.num_done_before = batch.num_done_;
}

const BatchJob& RunQueue::job(std::int64_t tag) const {
  return batch_.plan_.jobs[static_cast<std::size_t>(tag)];
}

bool RunQueue::is_stopped() {
  const BatchOptions& options = batch_.options_;
  if (drain_.is_requested()) summary_.stopped_by = "a drain";
  if (options.max_seconds > 0 && seconds_since(start_) >= options.max_seconds)
    summary_.stopped_by = "--max-seconds";
  if (options.max_cost > 0 &&
      seconds_since(options.began) / 3600 * options.cost_per_hour >= options.max_cost)
    summary_.stopped_by = "--max-cost";
  if (options.max_failures > 0 &&
      summary_.num_failed >= static_cast<std::size_t>(options.max_failures))
    summary_.stopped_by = "--max-failures";
  return !summary_.stopped_by.empty();
}

// Has the feed, if there is one, a track to make?
bool RunQueue::ask_feed() {
  if (batch_.options_.feed == nullptr) return false;
  batch_.options_.feed->poll();
  const std::size_t num_rejected = batch_.num_rejected_;
  batch_.admit_new();
  summary_.num_jobs = batch_.plan_.jobs.size();
  summary_.num_done_before = batch_.num_done_;
  summary_.num_failed += batch_.num_rejected_ - num_rejected;
  return next_todo_ < batch_.todo_.size();
}

std::optional<std::size_t> RunQueue::take_index() {
  if (is_stopped()) return std::nullopt;
  if (!retries_.empty() && retries_.front().when <= Clock::now()) {
    const std::size_t index = retries_.front().index;
    retries_.pop_front();
    return index;
  }
  if (next_todo_ < batch_.todo_.size() || ask_feed()) return batch_.todo_[next_todo_++];
  return std::nullopt;
}

std::optional<TrackJob> RunQueue::next() {
  while (const auto index = take_index()) {
    const auto tag = static_cast<std::int64_t>(*index);
    running_[tag] = {Clock::now(), std::chrono::system_clock::now()};
    try {
      TrackJob result{.tag = tag, .request = batch_.maker_.request(job(tag))};
      if (batch_.options_.timeout_s > 0)
        result.deadline =
            Clock::now() + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(batch_.options_.timeout_s));
      batch_.observer_.started(job(tag), attempts_.contains(tag) ? attempts_[tag] + 1 : 1);
      return result;
    } catch (const Error& error) {
      failed(tag, error);
    }
  }
  return std::nullopt;
}

double RunQueue::finish_timing(std::int64_t tag) {
  const double seconds = seconds_since(running_.at(tag).began);
  running_.erase(tag);
  return seconds;
}

void RunQueue::completed(std::int64_t tag, Track track) {
  std::vector<OutputFile> files;
  try {
    files = batch_.maker_.finish(job(tag), std::move(track), running_.at(tag).began_at);
  } catch (const Error& error) {
    return failed(tag, error);
  }
  // What goes wrong from here on is the folder's fault, not the track's: it ends the batch.
  publish(job(tag), files, finish_timing(tag));
}

void RunQueue::publish(const BatchJob& job, const std::vector<OutputFile>& files, double seconds) {
  const fs::path& folder = batch_.options_.out_dir;
  JournalRecord record{
      .type = JournalRecord::Type::begin, .id = job.id, .key = batch_.maker_.key(job)};
  batch_.journal_->append(record);
  const bool is_ours = batch_.state_.tracks.contains(job.id) || batch_.options_.overwrites;
  std::error_code ignored;
  // The sidecar first: an old one must not describe new audio, not even for a moment.
  if (is_ours)
    for (auto file = files.rbegin(); file != files.rend(); ++file)
      fs::remove(folder / file->name, ignored);
  record.type = JournalRecord::Type::done;
  try {
    for (const OutputFile& file : files) {
      publish_file(folder / file.name, file.bytes, Overwrite::no);
      record.files.push_back(
          {file.name, static_cast<std::int64_t>(file.bytes.size()), sha256_hex(file.bytes)});
    }
  } catch (...) {
    for (const JournalFile& file : record.files) fs::remove(folder / file.name, ignored);
    throw;
  }
  batch_.journal_->append(record);
  const auto state = batch_.state_.tracks.find(job.id);
  const bool failed_before = state != batch_.state_.tracks.end() && state->second.has_error_record;
  if (failed_before) fs::remove(folder / (job.id + ".error.json"), ignored);
  ++summary_.num_done;
  batch_.observer_.completed(job, record.files, seconds);
}

void RunQueue::failed(std::int64_t tag, const Error& error) {
  const double seconds = finish_timing(tag);
  const int attempt = ++attempts_[tag];
  if (attempt > batch_.options_.retries || !is_passing(error))
    return give_up(job(tag), error, seconds);
  const double wait_s = retry_wait_s(attempt, job(tag).id);
  retries_.push_back(
      {static_cast<std::size_t>(tag), Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                                         std::chrono::duration<double>(wait_s))});
  std::sort(retries_.begin(), retries_.end(),
            [](const Retry& a, const Retry& b) { return a.when < b.when; });
  batch_.observer_.retried(job(tag), error, wait_s);
}

void RunQueue::reduced(int max_tracks) {
  batch_.observer_.noted("not enough memory: going on with " + std::to_string(max_tracks) +
                         " tracks at a time");
}

void RunQueue::give_up(const BatchJob& job, const Error& error, double seconds) {
  publish_file(batch_.options_.out_dir / (job.id + ".error.json"),
               batch_.maker_.failure_record(job, error), Overwrite::yes);
  batch_.journal_->append({.type = JournalRecord::Type::failed,
                           .id = job.id,
                           .key = batch_.maker_.key(job),
                           .error_code = std::string(error_kind_name(error.kind())),
                           .error_message = error.sentence()});
  ++summary_.num_failed;
  batch_.observer_.failed(job, error, seconds);
}

bool RunQueue::wait_for_more(const StopFlag& stop) {
  while ((!retries_.empty() || batch_.options_.feed != nullptr) && !is_stopped()) {
    stop.throw_if_requested();
    if (!retries_.empty() && retries_.front().when <= Clock::now()) return true;
    if (ask_feed()) return true;
    std::this_thread::sleep_for(kNap);
  }
  return false;
}

}  // namespace cadenza

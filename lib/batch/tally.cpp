#include "lib/batch/tally.h"

#include <algorithm>

namespace cadenza {

std::optional<double> BatchFigures::real_time_factor() const {
  if (elapsed_s <= 0 || num_done == 0) return std::nullopt;
  return music_s / elapsed_s;
}

double percentile(std::vector<double> values, double share) {
  const auto rank =
      static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}

void BatchTally::begin(std::size_t num_rows, std::size_t num_done_before, double music_to_do_s) {
  figures_.num_rows = num_rows;
  figures_.num_done_before = num_done_before;
  music_to_do_s_ = music_to_do_s;
}

void BatchTally::add_rows(std::size_t num_rows, double music_to_do_s) {
  figures_.num_rows += num_rows;
  music_to_do_s_ += music_to_do_s;
}

// Rows differ in length, so what is left is counted in seconds of music, not in rows. The clock
// starts with the first row: loading a model says nothing about the next one.
std::optional<double> BatchTally::left_s(double now) const {
  if (figures_.num_left() == 0) return 0;
  const double music_left_s = std::max(0.0, music_to_do_s_ - music_ended_s_);
  if (music_ended_s_ <= 0 || first_row_ < 0) return std::nullopt;
  return (now - first_row_) / music_ended_s_ * music_left_s;
}

BatchFigures BatchTally::figures() const {
  BatchFigures figures = figures_;
  const double now = seconds_();
  figures.elapsed_s = now - began_;
  figures.left_s = left_s(now);
  if (cost_per_hour_) figures.cost = figures.elapsed_s / 3600 * *cost_per_hour_;
  if (row_seconds_.empty()) return figures;
  figures.p50_s = percentile(row_seconds_, 0.5);
  figures.p95_s = percentile(row_seconds_, 0.95);
  return figures;
}

void BatchTally::stop_running(const BatchJob& job) {
  std::erase_if(figures_.running, [&](const RunningRow& row) { return row.id == job.id; });
}

void BatchTally::started(const BatchJob& job, int attempt) {
  if (first_row_ < 0) first_row_ = seconds_();
  figures_.running.push_back({job.id, attempt, std::chrono::system_clock::now()});
}

void BatchTally::completed(const BatchJob& job, const std::vector<JournalFile>&, double seconds) {
  stop_running(job);
  ++figures_.num_done;
  figures_.row_s += seconds;
  figures_.music_s += music_(job);
  music_ended_s_ += music_(job);
  row_seconds_.push_back(seconds);
}

void BatchTally::retried(const BatchJob& job, const Error&, double) {
  stop_running(job);
  ++figures_.num_retries;
}

void BatchTally::failed(const BatchJob& job, const Error& error, double) {
  stop_running(job);
  ++figures_.num_failed;
  ++figures_.failures[std::string(error_kind_name(error.kind()))];
  music_ended_s_ += music_(job);
}

}  // namespace cadenza

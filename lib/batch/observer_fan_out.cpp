#include "lib/batch/observer_fan_out.h"

namespace cadenza {

void ObserverFanOut::started(const BatchJob& job, int attempt) {
  for (BatchObserver* observer : observers_) observer->started(job, attempt);
}

void ObserverFanOut::completed(const BatchJob& job, const std::vector<JournalFile>& files,
                               double seconds) {
  for (BatchObserver* observer : observers_) observer->completed(job, files, seconds);
}

void ObserverFanOut::retried(const BatchJob& job, const Error& error, double wait_s) {
  for (BatchObserver* observer : observers_) observer->retried(job, error, wait_s);
}

void ObserverFanOut::failed(const BatchJob& job, const Error& error, double seconds) {
  for (BatchObserver* observer : observers_) observer->failed(job, error, seconds);
}

void ObserverFanOut::noted(const std::string& line) {
  for (BatchObserver* observer : observers_) observer->noted(line);
}

}  // namespace cadenza

// Makes the tracks of a plan in an output folder, so that whatever happens, running it again ends
// with exactly one good result for each: docs/ARCHITECTURE.md "A batch survives".
//
// For each track: journal `begin`, publish the audio, the tokens, the sidecar, journal `done`. Only
// the last makes it done. A failed one leaves ID.error.json and a `failed` record.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/batch/batch_lock.h"
#include "lib/batch/batch_state.h"
#include "lib/batch/journal.h"
#include "lib/batch/plan.h"
#include "lib/error.h"
#include "lib/generator.h"

namespace cadenza {

struct OutputFile {
  std::string name, bytes;
};

// What the runner does not know: how a job becomes a request, and sound becomes files.
class TrackMaker {
 public:
  virtual ~TrackMaker() = default;

  // In the order they are published, the sidecar last; names in the output folder.
  virtual std::vector<std::string> file_names(const BatchJob& job) const = 0;
  // SHA-256 over everything that decides the result: a changed row is another track.
  virtual std::string key(const BatchJob& job) const = 0;
  virtual TrackRequest request(const BatchJob& job) const = 0;
  // began: when the generator got the job. Throws Error for sound that cannot be delivered.
  virtual std::vector<OutputFile> finish(const BatchJob& job, Track track,
                                         std::chrono::system_clock::time_point began) const = 0;
  virtual std::string failure_record(const BatchJob& job, const Error& error) const = 0;
};

// Rows that come while a batch runs.
class JobFeed {
 public:
  virtual ~JobFeed() = default;
  // Appends what is new to the batch's plan. Asked many times a second. What it
  // throws ends the batch.
  virtual void poll() = 0;
};

struct BatchOptions {
  std::filesystem::path out_dir;
  Shard shard;
  JournalOpen open;   // for a new journal
  std::string owner;  // for the lock

  JobFeed* feed = nullptr;  // with one the batch ends only when it is stopped

  bool is_fresh = false;            // forget the journal and its results first
  bool reruns_failed_only = false;  // leave what has not been tried
  bool checks_hashes = false;       // of what is done, not sizes alone
  bool overwrites = false;          // make changed rows again, replace files that are in the way

  int max_rows = 1;        // decoded at the same time; 0: as the generator thinks best
  int retries = 0;         // of a track that failed for a passing reason
  double timeout_s = 0;    // of one track; 0: none
  int max_failures = 0;    // stop after so many; 0: never
  double max_seconds = 0;  // start nothing after so long; 0: never
  double max_cost = 0;     // start nothing when the time since `began` costs so much; 0: never
  double cost_per_hour = 0;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
};

struct BatchSummary {
  std::size_t num_jobs = 0;  // of this shard
  std::size_t num_done_before = 0, num_done = 0, num_failed = 0;
  std::string stopped_by;  // why work is left: "--max-seconds", "a drain", …; empty otherwise

  std::size_t num_left() const { return num_jobs - num_done_before - num_done - num_failed; }
};

// Told what happens, from the thread that runs; must not throw.
class BatchObserver {
 public:
  virtual ~BatchObserver() = default;
  // A row that came later. is_done: by an earlier run.
  virtual void added(const BatchJob&, bool /*is_done*/) {}
  virtual void started(const BatchJob&, int /*attempt*/) {}
  virtual void completed(const BatchJob&, const std::vector<JournalFile>&, double /*seconds*/) {}
  virtual void retried(const BatchJob&, const Error&, double /*wait_s*/) {}
  virtual void failed(const BatchJob&, const Error&, double /*seconds*/) {}
  virtual void noted(const std::string&) {}  // one line for people
};

class Batch {
 public:
  // plan and maker must outlive it.
  Batch(const BatchPlan& plan, const TrackMaker& maker, BatchOptions options,
        BatchObserver& observer);

  // Compares plan and folder; writes nothing. Throws Error(usage): a done row that is another now,
  // a file in the way that no journal explains; Error(io): a damaged journal, a bad folder.
  void check();

  // Takes the folder, checks again, removes what killed runs left. Throws what check throws, and
  // Error(temporary) when another run is there.
  void open();

  std::size_t num_done() const { return num_done_; }
  std::size_t num_jobs() const { return plan_.jobs.size(); }
  std::size_t num_to_do() const { return todo_.size(); }
  // Indexes into the plan's jobs; after check.
  const std::vector<std::size_t>& to_do() const { return todo_; }

  // After open. Throws Error(io) when storage gives up, Error(device), and Error(interrupted,
  // terminated) when `stop` is set: what is finished stays. is_drained: finish what runs, start
  // nothing more.
  BatchSummary run(Generator& generator, ProgressReporter& progress, const StopFlag& stop,
                   const StopFlag& drain);

 private:
  friend class RunQueue;

  void decide(std::size_t index);
  void admit_new();
  void admit(std::size_t index);
  void expect_same_key(const BatchJob& job, const TrackState& state) const;
  void expect_free_names(const BatchJob& job, const TrackState* state);
  void remove_leftovers();
  void remove_results();

  const BatchPlan& plan_;
  const TrackMaker& maker_;
  BatchOptions options_;
  BatchObserver& observer_;
  BatchState state_;
  std::vector<std::size_t> todo_;   // indexes into plan_.jobs
  std::vector<std::string> taken_;  // names in the way
  std::size_t num_done_ = 0, num_decided_ = 0, num_rejected_ = 0;
  std::unique_ptr<BatchLock> lock_;
  std::unique_ptr<Journal> journal_;
};

}  // namespace cadenza

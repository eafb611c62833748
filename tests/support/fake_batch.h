// A batch without a model: tracks whose bytes follow from their ids, so that a test knows what must
// be in the folder.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lib/batch/runner.h"
#include "lib/io/sha256.h"

namespace cadenza {

// 40 bytes of digest for each step, so that files differ and are longer than one write of the disk.
inline std::string fake_audio(const std::string& id) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) bytes += sha256_hex(id + std::to_string(i));
  return bytes;
}

inline std::string fake_sidecar(const std::string& id) { return "{\"id\":\"" + id + "\"}\n"; }

// Answers at once, after a delay, or with what `fails` throws; seed tells which track it is.
class FakeGenerator final : public Generator {
 public:
  const ModelInfo& model() const override { return model_; }
  const RuntimeInfo& runtime() const override { return runtime_; }

  Track generate(const TrackRequest& request, ProgressReporter& progress,
                 const StopFlag& stop) override {
    ++num_calls;
    for (int step = 0; step < num_steps; ++step) {
      stop.throw_if_requested();
      progress.advance(step);
      if (step_time.count() > 0) std::this_thread::sleep_for(step_time);
    }
    if (fails) fails(request);
    return {};
  }

  std::function<void(const TrackRequest&)> fails;
  std::chrono::microseconds step_time{0};
  int num_steps = 4;
  int num_calls = 0;

 private:
  ModelInfo model_;
  RuntimeInfo runtime_;
};

class FakeMaker final : public TrackMaker {
 public:
  std::vector<std::string> file_names(const BatchJob& job) const override {
    return {job.id + ".wav", job.id + ".json"};
  }
  std::string key(const BatchJob& job) const override { return sha256_hex(salt + job.id); }
  TrackRequest request(const BatchJob& job) const override {
    return {.conditioning_text = job.id, .num_frames = 1};
  }
  std::vector<OutputFile> finish(const BatchJob& job, Track,
                                 std::chrono::system_clock::time_point) const override {
    return {{job.id + ".wav", fake_audio(job.id)}, {job.id + ".json", fake_sidecar(job.id)}};
  }
  std::string failure_record(const BatchJob&, const Error& error) const override {
    return error.sentence();
  }

  std::string salt;  // another one makes every row another request
};

inline BatchPlan fake_plan(int num_jobs) {
  BatchPlan plan;
  for (int i = 0; i < num_jobs; ++i)
    plan.jobs.push_back({static_cast<std::uint32_t>(i), 0, "row-" + std::to_string(i)});
  plan.num_all = plan.jobs.size();
  return plan;
}

inline JournalOpen fake_open() {
  const std::string hash(64, '0');
  return {"cadenza 0.1.0", hash, hash, hash};
}

}  // namespace cadenza

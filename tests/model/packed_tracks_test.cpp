// A batch through the generator: each track is what generate makes of its request alone.
#include "models/musicgen/packed_tracks.h"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/error.h"
#include "models/musicgen/musicgen_generator.h"
#include "tests/support/fixture_checkpoint.h"

namespace cadenza {
namespace {

std::unique_ptr<Generator> generator_of(const std::string& model, const std::string& precision) {
  NoProgress silence;
  const auto checkpoint = testing::fixture_checkpoint(model);
  LoadingWeights weights(checkpoint->weights(), false, silence);
  return std::make_unique<MusicgenGenerator>(checkpoint, weights,
                                             RuntimeInfo{"cpu", "", precision, 2, 0});
}

// Lengths, prompts and settings that differ from job to job.
std::vector<TrackJob> ragged_jobs(int count) {
  const char* const prompts[] = {"calm piano", "", "80s pop track with bassy drums and synth"};
  std::vector<TrackJob> jobs;
  for (int i = 0; i < count; ++i) {
    TrackJob job{.tag = i};
    job.request.conditioning_text = prompts[i % 3];
    job.request.num_frames = 3 + 7 * (i % 5);
    job.request.seed = static_cast<std::uint64_t>(100 + i);
    job.request.sampling.guidance = i % 4 == 3 ? 1.0 : 3.0;
    jobs.push_back(job);
  }
  return jobs;
}

class ListQueue final : public TrackQueue {
 public:
  explicit ListQueue(const std::vector<TrackJob>& jobs) : jobs_(jobs.begin(), jobs.end()) {}

  std::optional<TrackJob> next() override {
    if (jobs_.empty()) return std::nullopt;
    TrackJob job = jobs_.front();
    jobs_.pop_front();
    return job;
  }
  void completed(std::int64_t tag, Track track) override {
    CHECK(tracks.emplace(tag, std::move(track)).second);
    if (on_completed) on_completed();
  }
  void failed(std::int64_t tag, const Error& error) override { errors.emplace(tag, error); }

  std::map<std::int64_t, Track> tracks;
  std::map<std::int64_t, Error> errors;
  std::function<void()> on_completed;

 private:
  std::deque<TrackJob> jobs_;
};

TEST_CASE("each track of a batch is what generate makes of its request alone, at any batch size") {
  NoProgress silence;
  for (const auto& [model, precision] : {std::pair("mono", "fp32"), std::pair("mono", "int8"),
                                         std::pair("mono", "int4"), std::pair("stereo", "bf16")}) {
    const auto generator = generator_of(model, precision);
    const auto jobs = ragged_jobs(9);
    std::vector<Track> alone;
    for (const TrackJob& job : jobs)
      alone.push_back(generator->generate(job.request, silence, StopFlag()));
    for (const int max_tracks : {0, 1, 2, 3, 5, 16}) {
      ListQueue queue(jobs);
      generator->generate_all(queue, max_tracks, silence, StopFlag());
      REQUIRE(queue.tracks.size() == jobs.size());
      for (const auto& [tag, track] : queue.tracks) {
        CAPTURE(precision);
        CAPTURE(max_tracks);
        CAPTURE(tag);
        CHECK(track.tokens.codes == alone[tag].tokens.codes);
        CHECK(track.audio.samples == alone[tag].audio.samples);
        CHECK(track.text_tokens == alone[tag].text_tokens);
        CHECK(track.stats.num_steps == alone[tag].stats.num_steps);
      }
    }
  }
}

TEST_CASE("a track that does not fit the model or its deadline fails alone") {
  NoProgress silence;
  const auto generator = generator_of("mono", "fp32");
  auto jobs = ragged_jobs(4);
  jobs[1].request.num_frames = 1 << 20;
  jobs[2].deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  ListQueue queue(jobs);
  generator->generate_all(queue, 4, silence, StopFlag());
  CHECK(queue.tracks.size() == 2);
  REQUIRE(queue.errors.size() == 2);
  CHECK(queue.errors.at(1).kind() == ErrorKind::usage);
  CHECK(queue.errors.at(2).kind() == ErrorKind::temporary);
}

TEST_CASE("a stop ends the batch; what was completed stays") {
  NoProgress silence;
  const auto generator = generator_of("mono", "fp32");
  StopFlag stop;
  ListQueue queue(ragged_jobs(8));
  queue.on_completed = [&] { stop.request(SIGINT); };
  CHECK_THROWS_AS(generator->generate_all(queue, 3, silence, stop), Error);
  CHECK(queue.tracks.size() == 1);
  CHECK(queue.errors.empty());
}

TEST_CASE("what the queue throws when it takes a track ends the batch, as itself") {
  NoProgress silence;
  const auto generator = generator_of("mono", "fp32");
  ListQueue queue(ragged_jobs(3));
  queue.on_completed = [] { fail(ErrorKind::io, "disk full"); };
  CHECK_THROWS_WITH_AS(generator->generate_all(queue, 2, silence, StopFlag()), "disk full", Error);
  CHECK(queue.errors.empty());
}

}  // namespace
}  // namespace cadenza

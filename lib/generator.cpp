#include "lib/generator.h"

#include "lib/error.h"

namespace cadenza {

namespace {

using Clock = std::chrono::steady_clock;

// Passes progress on, and ends a track whose time is up: advance is called once per step.
class DeadlineProgress final : public ProgressReporter {
 public:
  DeadlineProgress(ProgressReporter& inner, Clock::time_point deadline)
      : inner_(inner), deadline_(deadline) {}

  void begin(std::string_view stage, std::int64_t total) override { inner_.begin(stage, total); }
  void advance(std::int64_t done) override {
    if (Clock::now() > deadline_) throw timeout_error();
    inner_.advance(done);
  }
  void end() override { inner_.end(); }

 private:
  ProgressReporter& inner_;
  Clock::time_point deadline_;
};

}  // namespace

bool ends_everything(const Error& error) {
  return error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::terminated ||
         error.kind() == ErrorKind::device;
}

Error timeout_error() {
  return {ErrorKind::temporary, "timeout: the track took longer than it may",
          "raise --timeout or shorten the track"};
}

void Generator::generate_all(TrackQueue& queue, int /*max_tracks*/, ProgressReporter& progress,
                             const StopFlag& stop) {
  while (auto job = queue.next()) {
    stop.throw_if_requested();
    std::optional<Track> track;
    try {
      DeadlineProgress timed(progress, job->deadline);
      track = generate(job->request, timed, stop);
    } catch (const Error& error) {
      if (ends_everything(error)) throw;
      queue.failed(job->tag, error);
    }
    if (track) queue.completed(job->tag, *std::move(track));
  }
}

}  // namespace cadenza

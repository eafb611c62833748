#include "models/musicgen/packed_tracks.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <utility>

#include "lib/error.h"
#include "models/host_memory.h"
#include "models/musicgen/musicgen_generator.h"
#include "models/torch_errors.h"

namespace cadenza {

namespace {

// Where another track no longer makes the batch faster: its own keys and values are by then most of
// what a step reads (docs/PERFORMANCE.md).
constexpr int kKnee = 16;

// Two streams' keys and values.
std::int64_t cache_bytes(const CpuDecoder& decoder, const DecoderConfig& config,
                         std::int64_t num_frames) {
  const std::int64_t value_bytes = decoder.cache_format() == CacheFormat::fp32 ? 4 : 2;
  return 2 * 2 * config.num_layers * config.hidden_size * num_frames * value_bytes;
}

// For the codec, the text encoder and everybody else.
constexpr std::int64_t kReserveBytes = std::int64_t{256} << 20;

}  // namespace

PackedTracks::PackedTracks(MusicgenStages& stages, TrackQueue& queue, int max_tracks)
    : stages_(stages),
      queue_(queue),
      decode_(*stages.packed_decoder(), stages.decoder_config(),
              max_tracks == 0 ? kKnee : max_tracks),
      playing_(static_cast<std::size_t>(decode_.num_slots())),
      limit_(decode_.num_slots()) {}

void PackedTracks::run(ProgressReporter& progress, const StopFlag& stop) {
  with_our_errors([&] {
    const c10::InferenceMode guard;
    while (true) {
      fill();
      if (decode_.num_running() == 0) return;
      progress.begin("decode", steps(&PackedDecode::num_steps));
      const int num_running = decode_.num_running();
      while (decode_.num_running() == num_running) {
        stop.throw_if_requested();
        decode_.step();
        progress.advance(steps(&PackedDecode::steps_done));
        for (int slot = 0; slot < decode_.num_slots(); ++slot)
          if (playing_[slot]) settle(slot);
      }
      progress.end();
    }
  });
}

void PackedTracks::fill() {
  while (decode_.num_running() < limit_) {
    std::optional<TrackJob> job = std::exchange(waiting_, std::nullopt);
    if (!job) job = queue_.next();
    if (!job) return;
    const int num_running = decode_.num_running();
    if (num_running > 0 && !has_memory_for(job->request)) {
      waiting_ = std::move(job);
      limit_ = std::max(1, std::min(limit_ / 2, num_running));
      return queue_.reduced(limit_);
    }
    begin(*std::move(job));
  }
}

bool PackedTracks::has_memory_for(const TrackRequest& request) const {
  return cache_bytes(*stages_.packed_decoder(), stages_.decoder_config(), request.num_frames) +
             kReserveBytes <
         available_memory_bytes();
}

template <typename Work>
void PackedTracks::guarded(std::int64_t tag, Work work) {
  try {
    with_our_errors(work);
  } catch (const Error& error) {
    if (ends_everything(error)) throw;
    queue_.failed(tag, error);
  }
}

void PackedTracks::begin(TrackJob job) {
  guarded(job.tag, [&] {
    expect_fits(job.request, stages_.model());
    const int slot = *decode_.free_slot();
    Playing playing{job, {}, {}};
    const Conditioning text = stages_.encode_text(job.request, playing.track);
    stages_.begin(decode_, slot, job.request, text);
    playing_[slot] = std::move(playing);
  });
}

void PackedTracks::settle(int slot) {
  if (const auto& failure = decode_.failure(slot)) return fail_slot(slot, Error(*failure));
  if (decode_.is_complete(slot)) return complete(slot);
  if (std::chrono::steady_clock::now() > playing_[slot]->job.deadline)
    fail_slot(slot, timeout_error());
}

void PackedTracks::complete(int slot) {
  Playing playing = *std::exchange(playing_[slot], std::nullopt);
  stages_.take_tokens(decode_, slot, playing.track);
  decode_.end(slot);
  playing.track.stats.decode_s = playing.stopwatch.seconds();
  bool is_made = false;
  guarded(playing.job.tag, [&] {
    stages_.decode_audio(playing.track);
    is_made = true;
  });
  // Outside: what completed throws is not this track's failure.
  if (is_made) queue_.completed(playing.job.tag, std::move(playing.track));
}

void PackedTracks::fail_slot(int slot, const Error& error) {
  const std::int64_t tag = playing_[slot]->job.tag;
  playing_[slot].reset();
  decode_.end(slot);
  queue_.failed(tag, error);
}

std::int64_t PackedTracks::steps(std::int64_t (PackedDecode::*count)(int) const) const {
  std::int64_t sum = 0;
  for (int slot = 0; slot < decode_.num_slots(); ++slot)
    if (playing_[slot]) sum += (decode_.*count)(slot);
  return sum;
}

}  // namespace cadenza

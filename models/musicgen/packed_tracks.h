// The loop of a batch on a CPU: takes tracks from a queue, decodes as many together as pay off and
// fit, turns each one that ends into sound, and fills its place.
//
// The codec runs between steps, not beside them: on the same cores it would only make both slower.
// A track's failure (logits that are not finite, its deadline) ends that track alone.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "lib/generator.h"
#include "models/musicgen/musicgen_stages.h"
#include "models/musicgen/packed_decode.h"
#include "models/stopwatch.h"

namespace cadenza {

class PackedTracks {
 public:
  // max_tracks 0: as many as pay off and fit in memory.
  PackedTracks(MusicgenStages& stages, TrackQueue& queue, int max_tracks);

  // Until the queue has nothing and nothing runs. Throws what Generator::generate_all throws.
  void run(ProgressReporter& progress, const StopFlag& stop);

 private:
  struct Playing {
    TrackJob job;
    Track track;
    Stopwatch stopwatch;
  };

  // Begins tracks while there is room, memory and a waiting job.
  void fill();
  bool has_memory_for(const TrackRequest& request) const;
  void begin(TrackJob job);
  // Runs `work` for a track; what it throws fails that track, unless it ends everything.
  template <typename Work>
  void guarded(std::int64_t tag, Work work);

  void settle(int slot);  // completes or fails what cannot go on
  void complete(int slot);
  void fail_slot(int slot, const Error& error);
  std::int64_t steps(std::int64_t (PackedDecode::*count)(int) const) const;

  MusicgenStages& stages_;
  TrackQueue& queue_;
  PackedDecode decode_;
  std::vector<std::optional<Playing>> playing_;  // by slot
  std::optional<TrackJob> waiting_;              // taken from the queue, but there was no memory
  int limit_;                                    // of tracks at a time; falls with memory
};

}  // namespace cadenza

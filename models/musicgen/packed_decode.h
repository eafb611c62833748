// Many tracks through one decoder, each at its own column: what lets a batch share one read of the
// weights without a track noticing.
//
//   slot 0   . . . . step 812           rows 0 (its text) and 1 (null, when guided)
//   slot 1   . . step 17                rows 2 and 3: began when another track ended
//   slot 2   free                       fed to nobody: no padding is ever computed
//
// A track's tokens are the same bits alone, in any slot, beside any neighbours. step() allocates
// nothing. Torch-free.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lib/error.h"
#include "models/checkpoint/config.h"
#include "models/musicgen/cpu_decoder.h"
#include "models/musicgen/track_score.h"

namespace cadenza {

class PackedDecode {
 public:
  // The decoder must outlive it, and is its own.
  PackedDecode(CpuDecoder& decoder, const DecoderConfig& config, int num_slots);

  int num_slots() const { return static_cast<int>(slots_.size()); }
  int num_running() const;
  std::optional<int> free_slot() const;

  // text: (L, D) projected, without padding; empty: unconditioned. Feeds what an audio prompt has
  // known already. Throws Error(temporary) for want of memory; the slot is free then.
  void begin(int slot, TrackScore score, bool is_guided, std::span<const float> text);

  // One forward and one draw for every track that runs and is neither complete nor failed.
  void step();

  std::int64_t steps_done(int slot) const { return slots_[slot].next_step - 1; }
  std::int64_t num_steps(int slot) const { return slots_[slot].score->num_steps() - 1; }
  bool is_complete(int slot) const;
  // Why the track cannot go on: logits that are not finite.
  const std::optional<Error>& failure(int slot) const { return slots_[slot].failure; }
  // Codes (K, T) of a complete track.
  std::vector<std::int16_t> codes(int slot) const { return slots_[slot].score->codes(); }
  void end(int slot);

 private:
  struct Slot {
    std::optional<TrackScore> score;  // nothing: free
    bool is_guided = false;
    std::int64_t next_step = 1;  // the column to draw next
    std::optional<Error> failure;
    std::vector<std::optional<Error>> draw_failures;  // by codebook

    std::size_t num_rows() const { return is_guided ? 2 : 1; }
  };

  bool needs_step(const Slot& slot) const;
  void feed_prompt(int slot);
  // Puts a slot's rows and one column of its tokens behind those gathered.
  void gather(int slot, std::int64_t column);
  void draw(int slot, int codebook, std::span<const float> logits);
  void settle(Slot& slot);

  CpuDecoder& decoder_;
  const DecoderConfig config_;
  std::vector<Slot> slots_;

  // Of the step in progress.
  std::vector<std::int64_t> rows_, tokens_;  // tokens (R, K)
  std::vector<int> stepping_;                // slots, and
  std::vector<std::size_t> first_rows_;      // where each one's rows begin
  std::vector<float> logits_;                // (R, K, V)
};

}  // namespace cadenza

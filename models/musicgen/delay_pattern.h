// The delay pattern in closed form, without tensors: which codebook carries which timestep when.
//
// Codebook k runs delay(k) steps late, so that one forward of the model can predict K codebooks of
// which the finer ones already see the coarser ones. T frames, K codebooks, longest delay d:
//
//        s:   0   1   2   3   4   5   6   7   8   9        (K = 4, T = 6, P = special token)
//        k0   P  t0  t1  t2  t3  t4  t5   P   P   P
//        k1   P   P  t0  t1  t2  t3  t4  t5   P   P
//        k2   P   P   P  t0  t1  t2  t3  t4  t5   P
//        k3   P   P   P   P  t0  t1  t2  t3  t4  t5
//
// Column 0 is all special; S = T + 1 + d columns; the last column is never fed to the model.
// Follows audiocraft's DelayedPatternProvider and transformers' build_delay_pattern_mask.
// Torch-free.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace cadenza {

class DelayPattern {
 public:
  // num_channels 2: codebooks 2q (left) and 2q + 1 (right) share a delay.
  // is_delayed false: all codebooks in parallel, as transformers does for fewer than 7 columns.
  DelayPattern(int num_codebooks, int num_channels, std::int64_t num_frames,
               bool is_delayed = true);

  int num_codebooks() const { return num_codebooks_; }
  std::int64_t num_frames() const { return num_frames_; }
  std::int64_t num_steps() const { return num_frames_ + 1 + longest_delay_; }  // S
  std::int64_t delay(int codebook) const;

  // Timestep that `codebook` carries at `step`, or nothing when the cell holds the special token.
  std::optional<std::int64_t> frame_at(int codebook, std::int64_t step) const;
  std::int64_t step_of(int codebook, std::int64_t frame) const {
    return frame + 1 + delay(codebook);
  }

 private:
  int num_codebooks_, num_channels_;
  std::int64_t num_frames_, longest_delay_;
  bool is_delayed_;
};

// The running grid (K, S): prompt cells known from the start, the rest written as they are sampled.
class TokenGrid {
 public:
  // prompt (K, P) row-major, P <= num_frames; may be empty.
  TokenGrid(const DelayPattern& pattern, std::int32_t special_token,
            const std::vector<std::int16_t>& prompt = {});

  // First step whose column may hold a cell to sample: P + 1 for a prompt of P frames.
  std::int64_t first_step() const { return first_step_; }
  int num_codebooks() const { return pattern_.num_codebooks(); }

  // A token to feed; throws Error(internal) when the cell is not known yet.
  std::int32_t token(int codebook, std::int64_t step) const;
  // Writes a sampled token into a cell; a known cell keeps its own.
  void write(int codebook, std::int64_t step, std::int32_t token);
  // Is this cell still to be sampled?
  bool is_unknown(int codebook, std::int64_t step) const;
  // The delay undone: codes (K, T) row-major. Throws Error(internal) when a cell is unknown.
  std::vector<std::int16_t> codes() const;

 private:
  std::int32_t& cell(int codebook, std::int64_t step);
  std::int32_t cell(int codebook, std::int64_t step) const;

  DelayPattern pattern_;
  std::int64_t first_step_;
  std::vector<std::int32_t> cells_;  // (K, S), -1 unknown
};

}  // namespace cadenza

// Keys and values in panels, for the attention kernels: what one stream has seen in every layer and
// head, in memory sized once. Every row of a batch has its own, so that rows may stand at different
// positions and a track takes no more memory than its own length needs.
//
// Layout, per layer and head, E padded to 16:
//
//   bf16   keys [t/16][E/2][16][2]   values [t/2][E/16][16][2]
//   fp32   keys [t/16][E][16]        values [t][E]
//
// so that one vector holds 16 tokens of one channel pair (keys) or 16 channels of one token pair
// (values). Everything begins as zero and stays finite: the kernels read whole panels and give the
// tokens beyond the length no weight.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/kernels/cpu/huge_buffer.h"
#include "models/kernels/cpu/kernel_table.h"

namespace cadenza {

enum class CacheFormat { fp32, bf16 };

// The panels of one head.
struct HeadPanels {
  std::byte* keys;
  std::byte* values;
};

class PanelCache {
 public:
  struct Sizes {
    std::int64_t num_layers = 0, num_heads = 0, head_width = 0;
    std::int64_t capacity = 0;  // tokens
    CacheFormat format = CacheFormat::fp32;
    bool operator==(const Sizes&) const = default;
  };

  PanelCache() = default;
  explicit PanelCache(const Sizes& sizes);

  const Sizes& sizes() const { return sizes_; }
  std::size_t size_bytes() const { return buffer_.size_bytes(); }

  // Forgets what was put up to the length, and sets that to 0. Without it a NaN of a failed track
  // would reach the next one, because the kernels read whole panels.
  void clear();

  HeadPanels at(std::int64_t layer, std::int64_t head) const;

  // Writes one token's key and value (E each), rounding as the format asks.
  void put(std::int64_t layer, std::int64_t head, std::int64_t position, const float* key,
           const float* value);

  // out (E) = attention of `query` (E) over the first `length` tokens, scores times 1 / sqrt E.
  // scratch: attention_scratch_floats(E, length).
  void attend(std::int64_t layer, std::int64_t head, std::int64_t length, const float* query,
              float* scratch, float* out, const KernelTable& kernels) const;

  // Tokens seen so far. put() and attend() take positions from the caller and do not change it.
  std::int64_t length() const { return length_; }
  void set_length(std::int64_t length) { length_ = length; }

 private:
  std::int64_t padded_width() const { return (sizes_.head_width + 15) / 16 * 16; }

  Sizes sizes_;
  std::int64_t half_bytes_ = 0;  // keys, or values, of one head
  float scale_ = 1;
  HugeBuffer buffer_;
  std::int64_t length_ = 0;
};

}  // namespace cadenza

// Keys and values in panels, for the attention kernels: what has been seen of every stream, layer
// and head, in memory sized once.
//
// Layout, per stream, layer and head, E padded to 16:
//
//   bf16   keys [t/16][E/2][16][2]   values [t/2][E/16][16][2]
//   fp32   keys [t/16][E][16]        values [t][E]
//
// so that one vector holds 16 tokens of one channel pair (keys) or 16 channels of one token pair
// (values). Everything begins as zero and stays finite: the kernels read whole panels and give the
// tokens beyond the length no weight.
//
// Every row has its own length; rows of one batch may stand at different positions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/kernels/cpu/huge_buffer.h"
#include "models/kernels/cpu/kernel_table.h"

namespace cadenza {

enum class CacheFormat { fp32, bf16 };

// The panels of one head of one stream.
struct HeadPanels {
  std::byte* keys;
  std::byte* values;
};

class PanelCache {
 public:
  struct Sizes {
    std::int64_t num_layers = 0, num_rows = 0, num_heads = 0, head_width = 0;
    std::int64_t capacity = 0;  // tokens
    CacheFormat format = CacheFormat::fp32;
    bool operator==(const Sizes&) const = default;
  };

  PanelCache() = default;
  explicit PanelCache(const Sizes& sizes);

  const Sizes& sizes() const { return sizes_; }
  std::size_t size_bytes() const { return buffer_.size_bytes(); }

  // Forgets a row: zero in every layer and head, length 0. Without it a NaN of a failed track would
  // reach the row's next one, because the kernels read whole panels.
  void clear_row(std::int64_t row);

  HeadPanels at(std::int64_t layer, std::int64_t row, std::int64_t head) const;

  // Writes one token's key and value (E each), rounding as the format asks.
  void put(std::int64_t layer, std::int64_t row, std::int64_t head, std::int64_t position,
           const float* key, const float* value);

  // out (E) = attention of `query` (E) over the first `length` tokens, scores times 1 / sqrt E.
  // scratch: attention_scratch_floats(E, length).
  void attend(std::int64_t layer, std::int64_t row, std::int64_t head, std::int64_t length,
              const float* query, float* scratch, float* out, const KernelTable& kernels) const;

  // Tokens seen so far. put() and attend() take positions from the caller and do not change it.
  std::int64_t length(std::int64_t row) const { return lengths_[row]; }
  void set_length(std::int64_t row, std::int64_t length) { lengths_[row] = length; }

 private:
  std::int64_t padded_width() const { return (sizes_.head_width + 15) / 16 * 16; }

  Sizes sizes_;
  std::int64_t half_bytes_ = 0;  // keys, or values, of one head
  float scale_ = 1;
  HugeBuffer buffer_;
  std::vector<std::int64_t> lengths_;
};

}  // namespace cadenza

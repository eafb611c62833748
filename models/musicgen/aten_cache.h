// Keys and values of the columns seen so far, in buffers sized once: a step writes one column and
// reads views, it never copies what is there.
//
// Layout (layers, B, H, capacity, E): one head's columns lie side by side, which is the order in
// which attention reads them. Cells beyond length() are uninitialised and never read.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace cadenza {

struct KeysValues {
  at::Tensor keys, values;  // (B, H, columns, E)
};

class AtenCache {
 public:
  struct Sizes {
    std::int64_t num_layers, batch, num_heads, capacity, head_width;
  };

  AtenCache() = default;
  AtenCache(const Sizes& sizes, const at::TensorOptions& options);

  std::int64_t length() const { return length_; }
  std::int64_t capacity() const { return sizes_.capacity; }
  std::int64_t batch() const { return sizes_.batch; }

  // Writes (B, H, S, E) behind the columns of `layer`; returns all of its columns, the new ones
  // included. The length moves only with advance(), when every layer has had its turn.
  KeysValues append(std::int64_t layer, const KeysValues& fresh);
  void advance(std::int64_t columns) { length_ += columns; }
  void clear() { length_ = 0; }

 private:
  Sizes sizes_{};
  std::int64_t length_ = 0;
  at::Tensor keys_, values_;
};

}  // namespace cadenza

// Zeroed memory for weights and caches: aligned for vectors, and on huge pages where the system has
// them. A decode step reads every weight once, so with 4 KiB pages it would miss the TLB 180,000
// times.
#pragma once

#include <cstddef>
#include <memory>

namespace cadenza {

class HugeBuffer {
 public:
  HugeBuffer() = default;
  // Throws Error(temporary) when the system has not that much.
  explicit HugeBuffer(std::size_t size_bytes);

  std::byte* data() const { return data_.get(); }
  std::size_t size_bytes() const { return size_bytes_; }

 private:
  struct Free {
    std::size_t mapped_bytes;  // 0: from the heap
    void operator()(std::byte* data) const;
  };
  std::unique_ptr<std::byte, Free> data_{nullptr, Free{0}};
  std::size_t size_bytes_ = 0;
};

}  // namespace cadenza

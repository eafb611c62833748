// Many small texts that live as long as their owner, without an allocation for each.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace cadenza {

class Arena {
 public:
  // A copy that stays where it is until the arena is gone.
  std::string_view keep(std::string_view text) {
    if (text.size() > size_ - used_) grow(text.size());
    char* const at = blocks_.back().get() + used_;
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    used_ += text.size();
    return {at, text.size()};
  }

 private:
  static constexpr std::size_t kBlockBytes = 1 << 20;

  void grow(std::size_t needed) {
    size_ = std::max(kBlockBytes, needed);
    // Not make_unique, which would write zeros over memory that may never be used.
    blocks_.emplace_back(new char[size_]);
    used_ = 0;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t used_ = 0, size_ = 0;  // of the last block
};

}  // namespace cadenza

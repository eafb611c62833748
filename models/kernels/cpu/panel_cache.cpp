#include "models/kernels/cpu/panel_cache.h"

#include <cmath>
#include <cstring>

#include "models/kernels/cpu/bfloat16.h"

namespace cadenza {

namespace {

constexpr std::int64_t kPanelTokens = 16;

void put_fp32(const HeadPanels& panels, std::int64_t position, std::int64_t width,
              std::int64_t padded, const float* key, const float* value) {
  auto* keys = reinterpret_cast<float*>(panels.keys);
  auto* values = reinterpret_cast<float*>(panels.values) + position * padded;
  keys += position / kPanelTokens * padded * kPanelTokens + position % kPanelTokens;
  for (std::int64_t e = 0; e < width; ++e) {
    keys[e * kPanelTokens] = key[e];
    values[e] = value[e];
  }
}

void put_bf16(const HeadPanels& panels, std::int64_t position, std::int64_t width,
              std::int64_t padded, const float* key, const float* value) {
  auto* keys = reinterpret_cast<std::uint16_t*>(panels.keys);
  auto* values = reinterpret_cast<std::uint16_t*>(panels.values);
  keys += position / kPanelTokens * padded * kPanelTokens + position % kPanelTokens * 2;
  values += position / 2 * padded * 2 + position % 2;
  for (std::int64_t e = 0; e < width; ++e) {
    keys[e / 2 * kPanelTokens * 2 + e % 2] = to_bfloat16(key[e]);
    values[e * 2] = to_bfloat16(value[e]);
  }
}

}  // namespace

PanelCache::PanelCache(const Sizes& sizes) : sizes_(sizes) {
  const std::int64_t tokens = (sizes.capacity + kPanelTokens - 1) / kPanelTokens * kPanelTokens;
  const std::int64_t value_bytes = sizes.format == CacheFormat::fp32 ? 4 : 2;
  half_bytes_ = tokens * padded_width() * value_bytes;
  scale_ = 1.0f / std::sqrt(static_cast<float>(sizes.head_width));
  buffer_ =
      HugeBuffer(static_cast<std::size_t>(sizes.num_layers * sizes.num_heads * 2 * half_bytes_));
}

void PanelCache::clear() {
  const std::int64_t tokens = (length_ + kPanelTokens - 1) / kPanelTokens * kPanelTokens;
  const std::int64_t value_bytes = sizes_.format == CacheFormat::fp32 ? 4 : 2;
  const auto used = static_cast<std::size_t>(tokens * padded_width() * value_bytes);
  length_ = 0;
  for (std::int64_t layer = 0; layer < sizes_.num_layers; ++layer)
    for (std::int64_t head = 0; head < sizes_.num_heads; ++head) {
      const HeadPanels panels = at(layer, head);
      std::memset(panels.keys, 0, used);
      std::memset(panels.values, 0, used);
    }
}

HeadPanels PanelCache::at(std::int64_t layer, std::int64_t head) const {
  std::byte* keys = buffer_.data() + (layer * sizes_.num_heads + head) * 2 * half_bytes_;
  return {keys, keys + half_bytes_};
}

void PanelCache::put(std::int64_t layer, std::int64_t head, std::int64_t position, const float* key,
                     const float* value) {
  const auto write = sizes_.format == CacheFormat::fp32 ? put_fp32 : put_bf16;
  write(at(layer, head), position, sizes_.head_width, padded_width(), key, value);
}

void PanelCache::attend(std::int64_t layer, std::int64_t head, std::int64_t length,
                        const float* query, float* scratch, float* out,
                        const KernelTable& kernels) const {
  const HeadPanels panels = at(layer, head);
  const auto attend =
      sizes_.format == CacheFormat::fp32 ? kernels.attend_fp32 : kernels.attend_bf16;
  attend({.query = query,
          .width = sizes_.head_width,
          .keys = panels.keys,
          .values = panels.values,
          .length = length,
          .scale = scale_,
          .scratch = scratch,
          .out = out});
}

}  // namespace cadenza

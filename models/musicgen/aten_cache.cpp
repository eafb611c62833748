#include "models/musicgen/aten_cache.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

namespace cadenza {

namespace {

at::Tensor extended(const at::Tensor& buffer, std::int64_t length, const at::Tensor& fresh) {
  buffer.narrow(2, length, fresh.size(2)).copy_(fresh);
  return buffer.narrow(2, 0, length + fresh.size(2));
}

}  // namespace

AtenCache::AtenCache(const Sizes& sizes, const at::TensorOptions& options)
    : sizes_(sizes),
      keys_(at::empty(
          {sizes.num_layers, sizes.batch, sizes.num_heads, sizes.capacity, sizes.head_width},
          options)),
      values_(at::empty_like(keys_)) {}

KeysValues AtenCache::append(std::int64_t layer, const KeysValues& fresh) {
  return {extended(keys_[layer], length_, fresh.keys),
          extended(values_[layer], length_, fresh.values)};
}

}  // namespace cadenza

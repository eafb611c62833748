#include "models/read_tensor.h"

#include <ATen/ops/empty.h>

#include <cstddef>

#include "models/shapes.h"

namespace cadenza {

at::Tensor read_tensor(const WeightReader& weights, const std::string& name,
                       std::initializer_list<std::int64_t> sizes) {
  at::Tensor tensor = at::empty(weights.shape(name), at::kFloat);
  expect_shape(tensor, sizes, name.c_str());
  weights.read(name, {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())});
  return tensor;
}

}  // namespace cadenza

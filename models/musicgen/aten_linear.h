// y = x W^T without bias, and how the weights for it reach their device.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "models/checkpoint/weights.h"

namespace cadenza {

// Where weights come from and what they become.
struct WeightSource {
  const WeightReader& reader;
  at::Device device;
  at::ScalarType dtype;  // of matrices and of the KV cache; vectors stay fp32

  // The tensor as fp32 on the device.
  at::Tensor vector(const std::string& name) const;
  // Matrices (N_i, K) stacked to (sum N_i, K) in `as` on the device; one fp32 copy of one matrix is
  // the most that exists on the way.
  at::Tensor stacked(const std::vector<std::string>& names, at::ScalarType as) const;
};

class AtenLinear {
 public:
  AtenLinear() = default;
  // The rows of the named matrices on top of each other: queries, keys and values in one product.
  AtenLinear(const WeightSource& source, const std::vector<std::string>& names);

  // x (..., K) fp32 -> (..., N) fp32.
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  at::Tensor weight_;  // (N, K)
};

}  // namespace cadenza

// Goldens as at::Tensor, and the check that every parity test ends in. Needs libtorch.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <string>

// After ATen: c10's logging header defines CHECK too, and doctest's must win.
#ifdef CHECK
#undef CHECK
#endif
#include <doctest/doctest.h>

#include "tests/support/goldens.h"

namespace cadenza::testing {

// Floats become float32, integers int64; the shape is the file's.
inline at::Tensor tensor_of(const Golden& golden) {
  const bool is_float = golden.ints.empty();
  at::Tensor tensor = at::empty(golden.shape, is_float ? at::kFloat : at::kLong);
  if (is_float)
    std::copy(golden.floats.begin(), golden.floats.end(), tensor.data_ptr<float>());
  else
    std::copy(golden.ints.begin(), golden.ints.end(), tensor.data_ptr<std::int64_t>());
  return tensor;
}

inline at::Tensor tensor_of(const Goldens& goldens, const std::string& name) {
  return tensor_of(goldens.at(name));
}

// Both are compared as fp32; integers below 2^24 are exact there.
inline Comparison compare(const at::Tensor& found, const at::Tensor& expected, double tolerance) {
  Comparison different;
  different.has_same_size = false;
  if (!found.defined() || found.sizes() != expected.sizes()) return different;
  const at::Tensor a = found.to(at::kCPU, at::kFloat).contiguous();
  const at::Tensor b = expected.to(at::kCPU, at::kFloat).contiguous();
  const auto count = static_cast<std::size_t>(a.numel());
  return compare({a.data_ptr<float>(), count}, {b.data_ptr<float>(), count}, tolerance,
                 expected.sizes().vec());
}

// Prints the measured error, for docs/PARITY.md, and fails when it exceeds the tolerance.
inline void check_close(const at::Tensor& found, const at::Tensor& expected, double tolerance,
                        const std::string& what) {
  const Comparison comparison = compare(found, expected, tolerance);
  MESSAGE(what << ": " << comparison.text());
  CHECK_MESSAGE(comparison.is_close(), what << ": " << comparison.text());
}

// Equal bit for bit, or ids equal: nothing is printed when they are.
inline void check_equal(const at::Tensor& found, const at::Tensor& expected,
                        const std::string& what) {
  const Comparison comparison = compare(found, expected, 0);
  CHECK_MESSAGE(comparison.is_close(), what << ": " << comparison.text());
}

}  // namespace cadenza::testing

// One tensor, one product, one exception caught: headers, libraries and C++ ABI belong together.
#include <ATen/core/Tensor.h>
#include <ATen/ops/ones.h>
#include <c10/util/Exception.h>

#include <string>

int main() {
  const at::Tensor a = at::ones({2, 3}), b = at::ones({3, 2});
  if (a.matmul(b).sum().item<float>() != 12.0f) return 1;
  try {
    a.matmul(a);
  } catch (const c10::Error& error) {
    const std::string what = error.what_without_backtrace();
    return what.empty() ? 1 : 0;
  }
  return 1;
}

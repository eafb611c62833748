#include "models/shapes.h"

#include <ATen/core/Tensor.h>

#include <string>

#include "lib/error.h"

namespace cadenza {

namespace {

template <typename Sizes>
std::string in_brackets(const Sizes& sizes) {
  std::string text = "(";
  for (const std::int64_t size : sizes) {
    if (text.size() > 1) text += ", ";
    text += size < 0 ? "any" : std::to_string(size);
  }
  return text + ")";
}

bool matches(const at::Tensor& tensor, std::initializer_list<std::int64_t> sizes) {
  if (!tensor.defined() || tensor.dim() != static_cast<std::int64_t>(sizes.size())) return false;
  std::int64_t axis = 0;
  for (const std::int64_t size : sizes)
    if (const std::int64_t found = tensor.size(axis++); size >= 0 && size != found) return false;
  return true;
}

}  // namespace

void expect_shape(const at::Tensor& tensor, std::initializer_list<std::int64_t> sizes,
                  const char* name) {
  if (matches(tensor, sizes)) return;
  const std::string found = tensor.defined() ? in_brackets(tensor.sizes()) : "nothing";
  fail(ErrorKind::internal,
       std::string(name) + ": expected shape " + in_brackets(sizes) + ", found " + found);
}

void expect_ids(const at::Tensor& ids, std::int64_t limit, const char* name) {
  if (ids.numel() == 0) return;
  const auto lowest = ids.min().item<std::int64_t>(), highest = ids.max().item<std::int64_t>();
  if (lowest >= 0 && highest < limit) return;
  fail(ErrorKind::internal, std::string(name) + ": expected ids from 0 to " +
                                std::to_string(limit - 1) + ", found " +
                                std::to_string(lowest < 0 ? lowest : highest));
}

}  // namespace cadenza

#include "models/checkpoint/file_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

#include "lib/error.h"
#include "lib/text/quote_tail.h"
#include "models/checkpoint/float_convert.h"

namespace cadenza {

namespace {

// Small enough that a chunk is still in the cache when it is converted and scanned.
constexpr std::size_t kChunkBytes = 256 << 10;

std::size_t num_values(const Shape& shape) {
  return static_cast<std::size_t>(
      std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>()));
}

[[noreturn]] void refuse(const StoredTensor& tensor, const std::string& what,
                         std::string hint = {}) {
  fail(
      ErrorKind::bad_model,
      fmt::format("{}: tensor {}: {}", tensor.source->name(), quoted_tail(tensor.entry.name), what),
      std::move(hint));
}

void expect_finite(const StoredTensor& tensor, std::span<const float> values, std::size_t first) {
  if (const auto bad = first_nonfinite(values))
    refuse(
        tensor,
        fmt::format("holds {} at index {}", std::isnan(values[*bad]) ? "NaN" : "Inf", first + *bad),
        "download the file again");
}

// One chunk of stored values, converted.
void read_chunk(const StoredTensor& tensor, std::size_t first, std::span<float> out,
                std::vector<std::byte>& buffer) {
  const auto item_bytes = static_cast<std::size_t>(dtype_size_bytes(tensor.entry.dtype));
  const std::uint64_t offset = tensor.entry.offset + first * item_bytes;
  if (tensor.entry.dtype == Dtype::f32)
    return tensor.source->read_at(offset, std::as_writable_bytes(out));
  const std::span stored(buffer.data(), out.size() * item_bytes);
  tensor.source->read_at(offset, stored);
  convert_to_fp32(tensor.entry.dtype, stored, out);
}

void read_values(const StoredTensor& tensor, std::span<float> out, bool allow_nonfinite) {
  const auto item_bytes = static_cast<std::size_t>(dtype_size_bytes(tensor.entry.dtype));
  const std::size_t chunk = kChunkBytes / item_bytes;
  std::vector<std::byte> buffer(
      tensor.entry.dtype == Dtype::f32 ? 0 : std::min(chunk, out.size()) * item_bytes);
  for (std::size_t first = 0; first < out.size(); first += chunk) {
    const auto part = out.subspan(first, std::min(chunk, out.size() - first));
    read_chunk(tensor, first, part, buffer);
    if (!allow_nonfinite) expect_finite(tensor, part, first);
  }
}

// w = v · g / ‖v‖ for each index of dim 0, the norm over all other dims: of a transposed
// convolution dim 0 is the input channel. In fp32 like the reference; the sum of squares in double.
void fold_weight_norm(const BoundTensor& tensor, std::span<const float> lengths,
                      std::span<float> values) {
  const std::size_t row_size = values.size() / lengths.size();
  for (std::size_t row = 0; row < lengths.size(); ++row) {
    const auto direction = values.subspan(row * row_size, row_size);
    double sum = 0;
    for (const float value : direction) sum += static_cast<double>(value) * value;
    const auto norm = static_cast<float>(std::sqrt(sum));
    if (norm == 0)
      refuse(tensor.values, fmt::format("its direction {} has length zero, so that it cannot be "
                                        "normalised",
                                        row));
    const float scale = lengths[row] / norm;
    for (float& value : direction) value *= scale;
  }
}

void expect_equal_copies(const StoredTensor& one, const StoredTensor& other) {
  std::vector<std::byte> left(kChunkBytes), right(kChunkBytes);
  for (std::uint64_t at = 0; at < one.entry.size_bytes; at += kChunkBytes) {
    const auto count = std::min<std::uint64_t>(kChunkBytes, one.entry.size_bytes - at);
    one.source->read_at(one.entry.offset + at, std::span(left.data(), count));
    other.source->read_at(other.entry.offset + at, std::span(right.data(), count));
    if (std::memcmp(left.data(), right.data(), count) != 0)
      refuse(other, fmt::format("differs from its copy {}", quoted_tail(one.entry.name)));
  }
}

class FileWeights final : public WeightReader {
 public:
  explicit FileWeights(std::vector<BoundTensor> tensors)
      : tensors_(std::move(tensors)), is_checked_(tensors_.size()) {
    for (std::size_t i = 0; i < tensors_.size(); ++i) index_[tensors_[i].name] = i;
  }

  const Shape& shape(std::string_view name) const override { return tensors_[find(name)].shape; }

  void read(std::string_view name, std::span<float> out, bool allow_nonfinite) const override {
    const std::size_t index = find(name);
    const BoundTensor& tensor = tensors_[index];
    if (out.size() != num_values(tensor.shape))
      fail(ErrorKind::internal, fmt::format("{}: read into {} values", name, out.size()));
    if (tensor.twin) expect_equal_copies(tensor.values, *tensor.twin);
    read_values(tensor.values, out, allow_nonfinite);
    if (tensor.length) {
      std::vector<float> lengths(num_values(tensor.length->entry.shape));
      read_values(*tensor.length, lengths, allow_nonfinite);
      fold_weight_norm(tensor, lengths, out);
    }
    if (!allow_nonfinite) is_checked_[index].store(true, std::memory_order_relaxed);
  }

  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const BoundTensor& tensor : tensors_) names.push_back(tensor.name);
    return names;
  }

  void vouch_for(std::string_view name) const override {
    is_checked_[find(name)].store(true, std::memory_order_relaxed);
  }

  void expect_unread_finite() const override {
    std::vector<float> scratch;
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      if (is_checked_[i].load(std::memory_order_relaxed)) continue;
      scratch.resize(num_values(tensors_[i].shape));
      read(tensors_[i].name, scratch, false);
    }
  }

 private:
  std::size_t find(std::string_view name) const {
    const auto found = index_.find(name);
    if (found == index_.end())
      fail(ErrorKind::internal, fmt::format("{}: the configuration has no such tensor", name));
    return found->second;
  }

  std::vector<BoundTensor> tensors_;
  std::map<std::string, std::size_t, std::less<>> index_;
  // Read with its values checked, at least once; only ever set, so relaxed order is enough.
  mutable std::vector<std::atomic<bool>> is_checked_;
};

}  // namespace

std::unique_ptr<WeightReader> make_file_weights(std::vector<BoundTensor> tensors) {
  return std::make_unique<FileWeights>(std::move(tensors));
}

}  // namespace cadenza

#include "models/checkpoint/tensor_binding.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <string_view>

#include "lib/error.h"
#include "lib/text/quote_tail.h"
#include "models/checkpoint/float_convert.h"

namespace cadenza {

namespace {

constexpr std::size_t kMaxDetails = 50;

std::string shown(const Shape& shape) { return fmt::format("({})", fmt::join(shape, ", ")); }

// A convolution's direction and length, as PyTorch has named them over time.
struct WeightNormNames {
  std::string direction, length;
};

std::vector<WeightNormNames> weight_norm_names(const std::string& weight) {
  const std::string stem = weight.substr(0, weight.size() - std::string_view("weight").size());
  return {{stem + "weight_v", stem + "weight_g"},
          {stem + "parametrizations.weight.original1", stem + "parametrizations.weight.original0"}};
}

constexpr std::string_view kTextTable = "text_encoder.shared.weight";
constexpr std::string_view kTextTableCopy = "text_encoder.encoder.embed_tokens.weight";

// A weight norm keeps one length per index of dim 0.
Shape length_shape(const Shape& shape) {
  Shape length(shape.size(), 1);
  length[0] = shape[0];
  return length;
}

class Binder {
 public:
  explicit Binder(const StoredTensors& stored) : stored_(stored) {}

  BoundTensor bind(const ExpectedTensor& tensor) {
    BoundTensor bound{tensor.name, tensor.shape, {}, {}, {}};
    if (tensor.name == kTextTable)
      bind_text_table(bound);
    else if (tensor.has_weight_norm && stored_.find(tensor.name) == nullptr)
      bind_weight_norm(bound);
    else
      bound.values = take(tensor.name, tensor.shape);
    return bound;
  }

  // What nothing asked for.
  void refuse_extras() {
    for (const auto& [name, tensor] : stored_.tensors)
      if (!taken_.contains(name) && !is_unused_tensor(name))
        complain(name, fmt::format("is not expected, has shape {}", shown(tensor.entry.shape)));
  }

  void throw_if_any() const {
    if (complaints_.empty()) return;
    const std::size_t count = complaints_.size();
    std::vector<std::string> details(complaints_.begin(),
                                     complaints_.begin() + std::min(count, kMaxDetails));
    if (count > kMaxDetails) details.push_back(fmt::format("and {} more", count - kMaxDetails));
    Error error(ErrorKind::bad_model,
                count == 1 ? fmt::format("{}: does not fit config.json: {}", stored_.name,
                                         complaints_.front())
                           : fmt::format("{}: {} tensors do not fit config.json, the first: {}",
                                         stored_.name, count, complaints_.front()));
    throw error.with_details(std::move(details));
  }

 private:
  void bind_text_table(BoundTensor& bound) {
    const bool has_copy = stored_.find(kTextTableCopy) != nullptr;
    if (!has_copy || stored_.find(kTextTable) != nullptr)
      bound.values = take(std::string(kTextTable), bound.shape);
    if (!has_copy) return;
    StoredTensor copy = take(std::string(kTextTableCopy), bound.shape);
    if (bound.values.source == nullptr)
      bound.values = std::move(copy);
    else if (copy.source != nullptr && copy.entry.dtype != bound.values.entry.dtype)
      complain(kTextTableCopy, fmt::format("is not a copy of {}: other dtype", kTextTable));
    else
      bound.twin = std::move(copy);
  }

  void bind_weight_norm(BoundTensor& bound) {
    for (const auto& [direction, length] : weight_norm_names(bound.name)) {
      if (stored_.find(direction) == nullptr && stored_.find(length) == nullptr) continue;
      bound.values = take(direction, bound.shape);
      bound.length = take(length, length_shape(bound.shape));
      return;
    }
    complain_missing(bound.name, bound.shape);
  }

  // Marks a stored tensor as used. An empty one comes back when it is not there or does not fit.
  StoredTensor take(const std::string& name, const Shape& shape) {
    taken_.insert(name);
    const StoredTensor* tensor = stored_.find(name);
    if (tensor == nullptr)
      complain_missing(name, shape);
    else if (tensor->entry.shape != shape)
      complain(name, fmt::format("expected shape {}, found {}", shown(shape),
                                 shown(tensor->entry.shape).substr(0, 60)));
    else if (!is_float(tensor->entry.dtype))
      complain(name, fmt::format("expected F32, F16, BF16 or F64, found {}",
                                 dtype_name(tensor->entry.dtype)));
    else
      return *tensor;
    return {};
  }

  void complain_missing(std::string_view name, const Shape& shape) {
    complain(name, fmt::format("is missing, expected shape {}", shown(shape)));
  }

  void complain(std::string_view name, const std::string& what) {
    complaints_.push_back(fmt::format("{}: {}", quoted_tail(name), what));
  }

  const StoredTensors& stored_;
  std::set<std::string, std::less<>> taken_;
  std::vector<std::string> complaints_;
};

}  // namespace

std::vector<BoundTensor> bind_tensors(const std::vector<ExpectedTensor>& expected,
                                      const StoredTensors& stored) {
  Binder binder(stored);
  std::vector<BoundTensor> bound;
  bound.reserve(expected.size());
  for (const ExpectedTensor& tensor : expected) bound.push_back(binder.bind(tensor));
  binder.refuse_extras();
  binder.throw_if_any();
  return bound;
}

}  // namespace cadenza

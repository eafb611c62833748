// Weights by their one canonical name, whatever the file calls them. Torch-free.
//
// Canonical names are transformers' own, with weight norm folded: a convolution is "….conv.weight"
// and "….conv.bias", though files hold weight_g/weight_v or parametrizations.weight.original0/1;
// the T5 table is "text_encoder.shared.weight" though files may call it
// encoder.embed_tokens.weight.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cadenza {

using Shape = std::vector<std::int64_t>;

class WeightReader {
 public:
  virtual ~WeightReader() = default;

  // Throws Error(internal) for a name the configuration does not ask for.
  virtual const Shape& shape(std::string_view name) const = 0;

  // Writes the tensor as fp32, row-major, into `out`, whose size must be the shape's product. Folds
  // weight norm. Throws Error(bad_model) naming tensor and first index for NaN or Inf unless
  // allow_nonfinite, and for a weight-norm direction of length zero. Thread-safe.
  virtual void read(std::string_view name, std::span<float> out,
                    bool allow_nonfinite = false) const = 0;

  // Takes a tensor's values for read and checked: they come from a copy made of checked ones.
  virtual void vouch_for(std::string_view /*name*/) const {}

  // Every canonical name, in the order of the configuration.
  virtual std::vector<std::string> names() const = 0;

  // Checks the weights that nobody has read with a check yet, as read() does: all of a model's
  // weights are finite before it makes music, also those of parts that stay unused. Called once,
  // after the model is built, unless non-finite weights are allowed. Weights made in memory have
  // nothing to check.
  virtual void expect_unread_finite() const {}
};

}  // namespace cadenza

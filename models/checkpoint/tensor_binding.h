// Which stored tensors make which canonical one, and the report of everything that does not fit.
//
// Foreign names are known here only:
//   a codec convolution   "….conv.weight", or length and direction apart: weight_g and weight_v, or
//                         parametrizations.weight.original0 and original1
//   the T5 table          text_encoder.shared.weight, text_encoder.encoder.embed_tokens.weight, or
//                         both (then they must be equal)
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/checkpoint/stored_tensors.h"
#include "models/checkpoint/tensor_catalog.h"

namespace cadenza {

struct BoundTensor {
  std::string name;  // canonical
  Shape shape;
  StoredTensor values;                 // the weight, or the direction of a weight-normed one
  std::optional<StoredTensor> length;  // (dim 0, 1, ...): the weight-normed one's other half
  std::optional<StoredTensor> twin;    // a second copy that must hold the same bytes
};

// In the order of `expected`. Throws Error(bad_model) that counts and details all missing, extra,
// mis-shaped and non-float tensors at once, and names the first in its sentence.
std::vector<BoundTensor> bind_tensors(const std::vector<ExpectedTensor>& expected,
                                      const StoredTensors& stored);

}  // namespace cadenza

// The WeightReader of a checkpoint's files: reads with pread in bounded chunks, straight into the
// caller's memory, so that a tensor of gigabytes never exists twice.
#pragma once

#include <memory>
#include <vector>

#include "models/checkpoint/tensor_binding.h"
#include "models/checkpoint/weights.h"

namespace cadenza {

std::unique_ptr<WeightReader> make_file_weights(std::vector<BoundTensor> tensors);

}  // namespace cadenza

// Is there a CUDA device, and if not, why not. Torch-free to include.
//
// Nothing of CUDA is linked. The driver is opened first: only where there is one does
// libtorch_cuda.so follow, which registers itself with libtorch and must do so before the first
// question about CUDA is asked. So one build serves machines with and without a GPU.
#pragma once

#include <string>
#include <vector>

namespace cadenza {

struct CudaRuntime {
  std::string problem;               // why no device can be used; empty when one can
  std::vector<std::string> devices;  // names by index; may be known though they cannot be used

  bool is_usable() const { return problem.empty(); }
};

// Opens driver and library on the first call; later calls return the same answer.
const CudaRuntime& cuda_runtime();

}  // namespace cadenza

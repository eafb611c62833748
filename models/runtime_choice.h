// From what was asked (--device, --precision, --threads) to what is used. Pure: every fact about
// the machine comes in as an argument. Torch-free.
#pragma once

#include <string>

#include "models/cuda_runtime.h"

namespace cadenza {

// asked: auto cpu cuda cuda:N -> "cpu" or "cuda:N". `cuda` is only called when the answer matters.
// Throws Error(usage) for another word, Error(device) with the reason when CUDA cannot be had.
std::string choose_device(const std::string& asked, const CudaRuntime& (*cuda)());

// asked: auto fp32 bf16 fp16 int8 int4 -> "fp32", "bf16" or "fp16". Throws Error(usage), listing
// what there is, for a precision this build does not have on this device.
std::string choose_precision(const std::string& asked, const std::string& device,
                             bool cpu_has_bf16);

}  // namespace cadenza

#include "models/cuda_runtime.h"

#include <ATen/Context.h>
#include <dlfcn.h>
#include <stdlib.h>

namespace cadenza {

namespace {

// The four questions we put to the driver itself: it can name devices that torch cannot use.
class Driver {
 public:
  bool open() {
    library_ = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    return library_ && find(init_, "cuInit") && find(count_, "cuDeviceGetCount") &&
           find(get_, "cuDeviceGet") && find(name_, "cuDeviceGetName");
  }

  // The driver's own error number; 0 is success.
  int list(std::vector<std::string>& names) const {
    int count = 0;
    if (const int error = init_(0)) return error;
    if (const int error = count_(&count)) return error;
    for (int index = 0; index < count; ++index) {
      int device = 0;
      char name[256] = {};
      if (get_(&device, index) == 0 && name_(name, sizeof name - 1, device) == 0)
        names.emplace_back(name);
    }
    return 0;
  }

 private:
  template <typename Function>
  bool find(Function& function, const char* name) {
    function = reinterpret_cast<Function>(dlsym(library_, name));
    return function != nullptr;
  }

  void* library_ = nullptr;
  int (*init_)(unsigned) = nullptr;
  int (*count_)(int*) = nullptr;
  int (*get_)(int*, int) = nullptr;
  int (*name_)(char*, int, int) = nullptr;
};

CudaRuntime open_runtime() {
  CudaRuntime runtime;
  if (CADENZA_CPU_ONLY) {
    runtime.problem = "this program was built for the CPU only (./bootstrap --cuda cpu)";
    return runtime;
  }
  Driver driver;
  if (!driver.open()) {
    runtime.problem = "no NVIDIA driver (libcuda.so.1) on this machine";
    return runtime;
  }
  if (const int error = driver.list(runtime.devices)) {
    runtime.problem = "the NVIDIA driver cannot start (CUDA error " + std::to_string(error) + ")";
    return runtime;
  }
  if (runtime.devices.empty()) {
    runtime.problem = "the NVIDIA driver reports no device";
    return runtime;
  }
  // Kernels load when first used, not all at once; read by the CUDA library as it opens.
  setenv("CUDA_MODULE_LOADING", "LAZY", 0);
  if (!dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL))
    runtime.problem = std::string("there is a driver, but no CUDA build of libtorch: ") + dlerror();
  else if (!at::globalContext().hasCUDA())
    runtime.problem = "libtorch finds no usable CUDA device";
  return runtime;
}

}  // namespace

const CudaRuntime& cuda_runtime() {
  static const CudaRuntime runtime = open_runtime();
  return runtime;
}

}  // namespace cadenza

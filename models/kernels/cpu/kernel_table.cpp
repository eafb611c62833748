#include "models/kernels/cpu/kernel_table.h"

#include <string>

#include "lib/error.h"

namespace cadenza {

const char* weight_format_name(WeightFormat format) {
  constexpr const char* kNames[] = {"fp32", "bf16", "int8", "int4"};
  return kNames[static_cast<int>(format)];
}

extern const KernelTable kPortableKernels;
extern const KernelTable kAvx2Kernels;
extern const KernelTable kAvx512Kernels;
extern const KernelTable kAvx512Bf16Kernels;

const KernelTable& kernel_table(InstructionSet set) {
  if (!is_supported(set))
    fail(ErrorKind::internal,
         "this processor has no " + std::string(instruction_set_name(set)) + " instructions");
  switch (set) {
    case InstructionSet::portable:
      break;
#if defined(__x86_64__)
    case InstructionSet::avx2:
      return kAvx2Kernels;
    case InstructionSet::avx512:
      return kAvx512Kernels;
    case InstructionSet::avx512_bf16:
      return kAvx512Bf16Kernels;
#else
    default:
      break;
#endif
  }
  return kPortableKernels;
}

const KernelTable& best_kernel_table() {
  static const KernelTable& best = kernel_table(best_instruction_set());
  return best;
}

}  // namespace cadenza

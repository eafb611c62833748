#include "models/kernels/cpu/kernel_table.h"
#include "models/kernels/cpu/simd_portable.h"
#include "models/kernels/cpu/table_inl.h"

namespace cadenza {

extern const KernelTable kPortableKernels;
constinit const KernelTable kPortableKernels = table_for(InstructionSet::portable);

}  // namespace cadenza

#include "models/kernels/cpu/kernel_table.h"
#include "models/kernels/cpu/simd_avx2.h"
#include "models/kernels/cpu/table_inl.h"

namespace cadenza {

extern const KernelTable kAvx2Kernels;
constinit const KernelTable kAvx2Kernels = table_for(InstructionSet::avx2);

}  // namespace cadenza

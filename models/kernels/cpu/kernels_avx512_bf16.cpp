#include "models/kernels/cpu/kernel_table.h"
#include "models/kernels/cpu/simd_avx512.h"
#include "models/kernels/cpu/table_inl.h"

namespace cadenza {

extern const KernelTable kAvx512Bf16Kernels;
constinit const KernelTable kAvx512Bf16Kernels = table_for(InstructionSet::avx512_bf16);

}  // namespace cadenza

#include "models/kernels/cpu/cpu_features.h"

namespace cadenza {

std::string_view instruction_set_name(InstructionSet set) {
  switch (set) {
    case InstructionSet::portable:
      return "portable";
    case InstructionSet::avx2:
      return "avx2";
    case InstructionSet::avx512:
      return "avx512";
    case InstructionSet::avx512_bf16:
      return "avx512_bf16";
  }
  return "portable";
}

#if defined(__x86_64__)

// The compiler's run-time support reads CPUID and, through XGETBV, whether the system saves the
// wide registers.
bool is_supported(InstructionSet set) {
  switch (set) {
    case InstructionSet::portable:
      return true;
    case InstructionSet::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
             __builtin_cpu_supports("f16c");
    case InstructionSet::avx512:
      return is_supported(InstructionSet::avx2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl");
    case InstructionSet::avx512_bf16:
      return is_supported(InstructionSet::avx512) && __builtin_cpu_supports("avx512bf16") &&
             __builtin_cpu_supports("avx512vnni");
  }
  return false;
}

#else

bool is_supported(InstructionSet set) { return set == InstructionSet::portable; }

#endif

std::vector<InstructionSet> supported_instruction_sets() {
  std::vector<InstructionSet> sets;
  for (const InstructionSet set : {InstructionSet::portable, InstructionSet::avx2,
                                   InstructionSet::avx512, InstructionSet::avx512_bf16})
    if (is_supported(set)) sets.push_back(set);
  return sets;
}

InstructionSet best_instruction_set() { return supported_instruction_sets().back(); }

}  // namespace cadenza

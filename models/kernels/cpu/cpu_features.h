// Which vector instructions this processor offers. Asked once at run time, so that one build runs
// on any x86-64 (and on aarch64, where only `portable` exists).
#pragma once

#include <string_view>
#include <vector>

namespace cadenza {

// In rising order: every set includes the abilities of those before it.
enum class InstructionSet {
  portable,     // plain C++; whatever the compiler makes of it
  avx2,         // AVX2 + FMA + F16C: Haswell, Zen 1 and later
  avx512,       // AVX-512 F, BW, DQ, VL: Skylake-X, Ice Lake and later
  avx512_bf16,  // and BF16, VNNI: Cooper Lake, Sapphire Rapids, Zen 4 and later
};

std::string_view instruction_set_name(InstructionSet set);

// Compiled in and offered by the processor and the operating system.
bool is_supported(InstructionSet set);

// The highest supported one.
InstructionSet best_instruction_set();

// All supported ones, `portable` first.
std::vector<InstructionSet> supported_instruction_sets();

}  // namespace cadenza

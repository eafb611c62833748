// All kernels of one instruction set as a table. Included after one of the simd_*.h, by one source
// file per set, compiled with that set's options.
#pragma once

#include "models/kernels/cpu/attention_inl.h"
#include "models/kernels/cpu/functions_inl.h"
#include "models/kernels/cpu/linear_inl.h"
#include "models/kernels/cpu/rows_inl.h"

namespace cadenza {
namespace {

constexpr KernelTable table_for(InstructionSet set) {
  return {
      .set = set,
      .linear_fp32 = linear<Fp32Words>,
      .linear_bf16 = linear<Bf16Words>,
      .linear_int8 = linear<Int8Words>,
      .linear_int4 = linear<Int4Blocks>,
      .prepare_fp32 = prepare_fp32,
      .prepare_bf16 = prepare_bf16,
      .prepare_int8 = prepare_int8,
      .prepare_int4 = prepare_int4,
      .attend_fp32 = attend_fp32,
      .attend_bf16 = attend_bf16,
      .layer_norm = layer_norm,
      .add = add_row,
      .gelu = gelu_row,
  };
}

}  // namespace
}  // namespace cadenza

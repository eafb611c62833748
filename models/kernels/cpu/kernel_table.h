// The doors between the kernels and the classes that use them: plain tasks over raw memory, and one
// table of functions per instruction set.
//
// What every kernel promises: an output element is computed by one fixed sequence of operations
// that depends on its own inputs only, never on how many rows come with it, which row it is, or
// which thread asks. The tables agree bit for bit with each other, but for one exception: where
// the processor has no fused multiply-add (`portable` on x86-64) results differ by rounding.
//
// Layout of packed weights. 64 output rows form a group, the unit of work; a group is four panels
// of 16 rows, interleaved so that a group is read in one stream from beginning to end:
//
//   fp32   [N/64][K][4][16]
//   bf16   [N/64][K/2][4][16][2]
//   int8   [N/64] { [K/4][4][16][4], scales [64] fp32, 128 * sum of the row's weights [64] int32 }
//   int4   [N/64] { [K/32] { nibbles [4][4][16][4], scales [4][16] fp16 }, scales [64] fp32 }
//
// so that one 64-byte load holds 16 outputs and one 32-bit broadcast of the input (1 fp32, 2 bf16,
// 4 bytes) multiplies all of them. N is padded to 64 and K to the step, with zeros. A nibble byte
// holds k in its low half and k + 16 in its high half, each the weight / scale + 8.
//
// Layout of prepared rows, the linear kernels' inputs: one row after the other, `stride` bytes
// apart, a multiple of 64. fp32 and bf16: the values. int8 and int4: the values, quantised with one
// scale for the row (int8: plus 128, unsigned), then from byte `padded K` on the scale as fp32, and
// for int4 -8 * the sum of each 32 values as int32.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/kernels/cpu/cpu_features.h"

namespace cadenza {

enum class WeightFormat { fp32, bf16, int8, int4 };

const char* weight_format_name(WeightFormat format);  // "fp32", ...

inline constexpr std::int64_t kPanelWidth = 16;  // output rows in one vector
inline constexpr std::int64_t kGroupWidth = 64;  // output rows in one unit of work
inline constexpr std::int64_t kInt4Block = 32;   // inputs that share one int4 scale

enum class Epilogue { none, gelu };

// out (rows, columns) = prepared rows · groupᵀ for the (up to) 64 output rows of one group.
struct LinearTask {
  const std::byte* group;
  std::int64_t depth;  // padded K
  const std::byte* rows;
  std::int64_t row_stride;  // bytes
  std::int64_t num_rows;
  float* out;               // of this group's first column
  std::int64_t out_stride;  // floats
  std::int64_t columns;     // <= 64: outputs to write
  Epilogue epilogue;
};

// One query of one head over the first `length` tokens of a cache in panels; panel_cache.h has the
// layout. out (width) = softmax(scale * query · Kᵀ) · V.
struct AttentionTask {
  const float* query;
  std::int64_t width;  // E
  const std::byte* keys;
  const std::byte* values;
  std::int64_t length;  // >= 1
  float scale;
  float* scratch;  // attention_scratch_floats(width, length)
  float* out;
};

constexpr std::int64_t attention_scratch_floats(std::int64_t width, std::int64_t length) {
  return (width + 15) / 16 * 16 + (length + 15) / 16 * 16;
}

struct KernelTable {
  InstructionSet set;

  void (*linear_fp32)(const LinearTask&);
  void (*linear_bf16)(const LinearTask&);
  void (*linear_int8)(const LinearTask&);
  void (*linear_int4)(const LinearTask&);

  // One row of k values into its prepared form, padding included.
  void (*prepare_fp32)(const float* x, std::int64_t k, std::int64_t padded_k, std::byte* row);
  void (*prepare_bf16)(const float* x, std::int64_t k, std::int64_t padded_k, std::byte* row);
  void (*prepare_int8)(const float* x, std::int64_t k, std::int64_t padded_k, std::byte* row);
  void (*prepare_int4)(const float* x, std::int64_t k, std::int64_t padded_k, std::byte* row);

  void (*attend_fp32)(const AttentionTask&);
  void (*attend_bf16)(const AttentionTask&);

  // y = (x - mean) / sqrt(variance + epsilon) * weight + bias over n values; y may be x.
  void (*layer_norm)(const float* x, const float* weight, const float* bias, std::int64_t n,
                     float epsilon, float* y);
  void (*add)(const float* x, std::int64_t n, float* y);   // y += x
  void (*gelu)(const float* x, std::int64_t n, float* y);  // erf form; y may be x
};

// Throws Error(internal) for a set that is not supported here.
const KernelTable& kernel_table(InstructionSet set);

// Of the best instruction set.
const KernelTable& best_kernel_table();

}  // namespace cadenza

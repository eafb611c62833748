// Products of prepared rows with one group of packed weights (layouts: kernel_table.h).
//
// A pass keeps the sums of a few rows times a few panels in registers and walks down K once: the
// weights are read from memory once for up to kRowsPerPass rows and from the cache for further
// ones. Each sum adds its products in the order of K, in one chain, whatever the shape of the pass:
// that is what makes a row's result independent of its neighbours. No horizontal sums.
// Included after one of the simd_*.h.
#pragma once

#include "models/kernels/cpu/rows_inl.h"

namespace cadenza {
namespace {

constexpr std::int64_t kVectorBytes = 64;
constexpr int kPanels = kGroupWidth / kPanelWidth;
constexpr std::int64_t kStepBytes = kPanels * kVectorBytes;  // one word of K for a whole group

// How a word of weights meets a word of the input: in kParts steps, for each of which both words
// are taken apart.
struct Fp32Words {
  using Sums = Floats;
  static constexpr std::int64_t kPerWord = 1;
  static constexpr int kParts = 1;
  static Sums start() { return all(0.0f); }
  template <int kPart>
  static Ints part(Ints word) {
    return word;
  }
  static Sums accumulate(Sums sums, Ints w, Ints x) {
    return multiply_add(as_floats(w), as_floats(x), sums);
  }
};
struct Bf16Words {
  using Sums = Floats;
  static constexpr std::int64_t kPerWord = 2;
  static constexpr int kParts = kBf16Parts;
  static Sums start() { return all(0.0f); }
  template <int kPart>
  static Ints part(Ints word) {
    return bf16_part<kPart>(word);
  }
  static Sums accumulate(Sums sums, Ints w, Ints x) { return add_bf16_products(sums, w, x); }
};
struct Int8Words {
  using Sums = Ints;
  static constexpr std::int64_t kPerWord = 4;
  static constexpr int kParts = 1;
  static Sums start() { return Ints{}; }
  template <int kPart>
  static Ints part(Ints word) {
    return word;
  }
  static Sums accumulate(Sums sums, Ints w, Ints x) { return add_products_bytes(sums, x, w); }
};

inline float float_at(const std::byte* p) {
  float value;
  __builtin_memcpy(&value, p, sizeof value);
  return value;
}

inline void write(const LinearTask& task, std::int64_t row, int panel, Floats value) {
  const std::int64_t columns = task.columns - panel * kPanelWidth;
  if (columns <= 0) return;
  float* out = task.out + row * task.out_stride + panel * kPanelWidth;
  columns >= kPanelWidth ? store(out, value) : store_first(out, columns, value);
}

inline void finish(const LinearTask& task, const std::byte*, std::int64_t row, int panel,
                   Floats sums) {
  write(task, row, panel, sums);
}

// int8: takes out the 128 that made the inputs unsigned, then applies both scales.
inline void finish(const LinearTask& task, const std::byte* after_weights, std::int64_t row,
                   int panel, Ints sums) {
  const std::byte* scales = after_weights + panel * kVectorBytes;
  const Ints offsets = load_words(scales + kGroupWidth * sizeof(float));
  const Floats row_scale = all(float_at(task.rows + row * task.row_stride + task.depth));
  const Floats scale = multiply(as_floats(load_words(scales)), row_scale);
  write(task, row, panel, multiply(to_floats(subtract(sums, offsets)), scale));
}

// One word of the inputs of each row times one word of each panel, from part kPart on.
template <typename Words, int kRows, int kPart>
inline void multiply_word(const std::byte* weights, const std::byte* rows, std::int64_t row_stride,
                          typename Words::Sums (&sums)[kRows][kPanelsPerPass]) {
  if constexpr (kPart < Words::kParts) {
    Ints x[kRows];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r)
      x[r] = Words::template part<kPart>(all_words(rows + r * row_stride));
#pragma GCC unroll 4
    for (int p = 0; p < kPanelsPerPass; ++p) {
      const Ints w = Words::template part<kPart>(load_words(weights + p * kVectorBytes));
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) sums[r][p] = Words::accumulate(sums[r][p], w, x[r]);
    }
    multiply_word<Words, kRows, kPart + 1>(weights, rows, row_stride, sums);
  }
}

template <typename Words, int kRows>
void multiply_pass(const LinearTask& task, std::int64_t first_row, int first_panel) {
  typename Words::Sums sums[kRows][kPanelsPerPass];
  for (auto& row : sums)
    for (auto& panel : row) panel = Words::start();

  const std::int64_t steps = task.depth / Words::kPerWord;
  const std::byte* weights = task.group + first_panel * kVectorBytes;
  const std::byte* rows = task.rows + first_row * task.row_stride;
  for (std::int64_t step = 0; step < steps; ++step, weights += kStepBytes, rows += 4)
    multiply_word<Words, kRows, 0>(weights, rows, task.row_stride, sums);
  const std::byte* after_weights = task.group + steps * kStepBytes;
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 4
    for (int p = 0; p < kPanelsPerPass; ++p)
      finish(task, after_weights, first_row + r, first_panel + p, sums[r][p]);
}

// One block of 32 inputs times one panel, for some rows: integers, exact in any order.
template <int kRows>
inline void int4_block(const std::byte* nibbles, const std::byte* rows, std::int64_t row_stride,
                       Ints (&dots)[kRows]) {
#pragma GCC unroll 4
  for (int quarter = 0; quarter < 4; ++quarter) {
    const Ints both = load_words(nibbles + quarter * kStepBytes);
    const Ints low = low_nibbles(both), high = high_nibbles(both);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const std::byte* x = rows + r * row_stride + quarter * 4;
      dots[r] = add_products_bytes(dots[r], low, all_words(x));
      dots[r] = add_products_bytes(dots[r], high, all_words(x + kInt4Block / 2));
    }
  }
}

template <int kRows>
void multiply_int4_pass(const LinearTask& task, std::int64_t first_row, int first_panel) {
  constexpr std::int64_t kScaleBytes = kPanelWidth * 2;
  constexpr std::int64_t kBlockBytes = 4 * kStepBytes + kPanels * kScaleBytes;
  Floats sums[kRows][kPanelsPerPass];
  for (auto& row : sums)
    for (auto& panel : row) panel = all(0.0f);

  const std::int64_t blocks = task.depth / kInt4Block;
  const std::byte* rows = task.rows + first_row * task.row_stride;
  for (std::int64_t block = 0; block < blocks; ++block) {
    const std::byte* weights = task.group + block * kBlockBytes;
    const std::byte* corrections = rows + task.depth + sizeof(float) + block * 4;
#pragma GCC unroll 4
    for (int p = 0; p < kPanelsPerPass; ++p) {
      const int panel = first_panel + p;
      Ints dots[kRows];
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) dots[r] = all_words(corrections + r * task.row_stride);
      int4_block(weights + panel * kVectorBytes, rows + block * kInt4Block, task.row_stride, dots);
      const Floats scale = load_fp16(weights + 4 * kStepBytes + panel * kScaleBytes);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r)
        sums[r][p] = multiply_add(scale, to_floats(dots[r]), sums[r][p]);
    }
  }
  const std::byte* scales = task.group + blocks * kBlockBytes;
  for (int r = 0; r < kRows; ++r) {
    const Floats row_scale = all(float_at(rows + r * task.row_stride + task.depth));
    for (int p = 0; p < kPanelsPerPass; ++p) {
      const Floats scale = as_floats(load_words(scales + (first_panel + p) * kVectorBytes));
      write(task, first_row + r, first_panel + p, multiply(sums[r][p], multiply(scale, row_scale)));
    }
  }
}

struct Int4Blocks {};

template <typename Words, int kRows>
struct Pass {
  static void run(const LinearTask& task, std::int64_t row, int panel) {
    multiply_pass<Words, kRows>(task, row, panel);
  }
};
template <int kRows>
struct Pass<Int4Blocks, kRows> {
  static void run(const LinearTask& task, std::int64_t row, int panel) {
    multiply_int4_pass<kRows>(task, row, panel);
  }
};

// The rows that are left over after the full passes.
template <typename Words, int kRows>
inline void last_pass(const LinearTask& task, std::int64_t row, int panel) {
  if constexpr (kRows > 0) {
    if (task.num_rows - row == kRows)
      Pass<Words, kRows>::run(task, row, panel);
    else
      last_pass<Words, kRows - 1>(task, row, panel);
  }
}

template <typename Words>
void linear(const LinearTask& task) {
  for (int panel = 0; panel < kPanels; panel += kPanelsPerPass) {
    if (panel * kPanelWidth >= task.columns) break;
    std::int64_t row = 0;
    for (; row + kRowsPerPass <= task.num_rows; row += kRowsPerPass)
      Pass<Words, kRowsPerPass>::run(task, row, panel);
    last_pass<Words, kRowsPerPass - 1>(task, row, panel);
  }
  if (task.epilogue == Epilogue::gelu)
    for (std::int64_t row = 0; row < task.num_rows; ++row)
      gelu_row(task.out + row * task.out_stride, task.columns, task.out + row * task.out_stride);
}

}  // namespace
}  // namespace cadenza

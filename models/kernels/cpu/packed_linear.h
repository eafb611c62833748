// y = x Wᵀ with W packed once for streaming: the layer that decides how fast a CPU makes music.
//
// At one or two rows a product is a read of the weights. Packed in panels (layout: kernel_table.h)
// they are read from beginning to end in one stream per thread, each once for up to six rows.
//
// Formats:
//   fp32  as given
//   bf16  weights and inputs rounded to nearest even, sums in fp32
//   int8  one scale per output row; inputs quantised with one scale per row of x; sums exact
//   int4  one scale per 32 inputs of an output row, found by least squares; inputs as for int8
//
// A row of y depends on its row of x alone: not on the number of rows, its place or the threads.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/kernels/cpu/huge_buffer.h"
#include "models/kernels/cpu/kernel_table.h"
#include "models/kernels/cpu/thread_pool.h"

namespace cadenza {

// Rows of x in the form the kernels of one format take. The memory is allocated once.
class PreparedRows {
 public:
  PreparedRows(WeightFormat format, std::int64_t max_rows, std::int64_t inputs,
               const KernelTable& kernels = best_kernel_table());

  // x (inputs) -> row `row`. Threads may prepare different rows at once.
  void prepare(std::int64_t row, const float* x);

  WeightFormat format() const { return format_; }
  std::int64_t inputs() const { return inputs_; }
  std::int64_t stride_bytes() const { return stride_; }
  const std::byte* row(std::int64_t index) const { return buffer_.data() + index * stride_; }

 private:
  WeightFormat format_;
  std::int64_t inputs_, depth_, stride_;
  HugeBuffer buffer_;
  void (*prepare_)(const float*, std::int64_t, std::int64_t, std::byte*);
};

class PackedLinear {
 public:
  PackedLinear() = default;
  // All zeros, in memory of its own.
  PackedLinear(std::int64_t outputs, std::int64_t inputs, WeightFormat format);
  // In `memory` of packed_bytes() bytes, aligned to 64, which must outlive it: part of a larger
  // buffer, or of a mapped file (then pack_rows must not be called).
  PackedLinear(std::int64_t outputs, std::int64_t inputs, WeightFormat format,
               const std::byte* memory);

  static std::size_t packed_bytes(std::int64_t outputs, std::int64_t inputs, WeightFormat format);

  // weights (count, inputs) row-major become the output rows first .. first + count - 1. Threads
  // may pack different rows at once.
  void pack_rows(std::int64_t first, std::int64_t count, const float* weights);

  std::int64_t outputs() const { return outputs_; }
  std::int64_t inputs() const { return inputs_; }
  WeightFormat format() const { return format_; }
  const std::byte* memory() const { return memory_; }
  std::size_t size_bytes() const { return packed_bytes(outputs_, inputs_, format_); }

  // x (rows, inputs) -> y (rows, outputs), both row-major.
  void apply(const float* x, std::int64_t rows, float* y, ThreadPool& pool,
             const KernelTable& kernels = best_kernel_table()) const;

  // For callers with phases of their own: work for one thread is one group of 64 outputs.
  std::int64_t num_groups() const { return (outputs_ + kGroupWidth - 1) / kGroupWidth; }
  // Writes columns 64 * group .. of y for the first `rows` prepared rows; y_stride in floats.
  void apply_group(std::int64_t group, const PreparedRows& x, std::int64_t rows, float* y,
                   std::int64_t y_stride, Epilogue epilogue, const KernelTable& kernels) const;

 private:
  std::byte* group_at(std::int64_t group) const;

  std::int64_t outputs_ = 0, inputs_ = 0;
  WeightFormat format_ = WeightFormat::fp32;
  HugeBuffer own_;
  std::byte* memory_ = nullptr;
};

}  // namespace cadenza

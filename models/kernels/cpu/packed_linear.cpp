#include "models/kernels/cpu/packed_linear.h"

#include <algorithm>

#include "models/kernels/cpu/packed_layout.h"

namespace cadenza {

namespace {

auto prepare_function(const KernelTable& kernels, WeightFormat format) {
  switch (format) {
    case WeightFormat::fp32:
      return kernels.prepare_fp32;
    case WeightFormat::bf16:
      return kernels.prepare_bf16;
    case WeightFormat::int8:
      return kernels.prepare_int8;
    case WeightFormat::int4:
      return kernels.prepare_int4;
  }
  return kernels.prepare_fp32;
}

auto linear_function(const KernelTable& kernels, WeightFormat format) {
  switch (format) {
    case WeightFormat::fp32:
      return kernels.linear_fp32;
    case WeightFormat::bf16:
      return kernels.linear_bf16;
    case WeightFormat::int8:
      return kernels.linear_int8;
    case WeightFormat::int4:
      return kernels.linear_int4;
  }
  return kernels.linear_fp32;
}

}  // namespace

PreparedRows::PreparedRows(WeightFormat format, std::int64_t max_rows, std::int64_t inputs,
                           const KernelTable& kernels)
    : format_(format),
      inputs_(inputs),
      depth_(padded_depth(inputs, format)),
      stride_(prepared_stride(inputs, format)),
      buffer_(static_cast<std::size_t>(max_rows * stride_)),
      prepare_(prepare_function(kernels, format)) {}

void PreparedRows::prepare(std::int64_t row, const float* x) {
  prepare_(x, inputs_, depth_, buffer_.data() + row * stride_);
}

PackedLinear::PackedLinear(std::int64_t outputs, std::int64_t inputs, WeightFormat format)
    : PackedLinear(outputs, inputs, format, nullptr) {
  own_ = HugeBuffer(packed_bytes(outputs, inputs, format));
  memory_ = own_.data();
}

PackedLinear::PackedLinear(std::int64_t outputs, std::int64_t inputs, WeightFormat format,
                           const std::byte* memory)
    : outputs_(outputs),
      inputs_(inputs),
      format_(format),
      memory_(const_cast<std::byte*>(memory)) {}  // written by pack_rows only

std::size_t PackedLinear::packed_bytes(std::int64_t outputs, std::int64_t inputs,
                                       WeightFormat format) {
  const std::int64_t groups = (outputs + kGroupWidth - 1) / kGroupWidth;
  return static_cast<std::size_t>(groups * group_bytes(inputs, format));
}

std::byte* PackedLinear::group_at(std::int64_t group) const {
  return memory_ + group * group_bytes(inputs_, format_);
}

void PackedLinear::pack_rows(std::int64_t first, std::int64_t count, const float* weights) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t row = first + i;
    pack_group_row(group_at(row / kGroupWidth), row % kGroupWidth, weights + i * inputs_, inputs_,
                   format_);
  }
}

void PackedLinear::apply(const float* x, std::int64_t rows, float* y, ThreadPool& pool,
                         const KernelTable& kernels) const {
  PreparedRows prepared(format_, rows, inputs_, kernels);
  pool.run([&](TeamMember& member) {
    member.for_each(rows, [&](std::int64_t row) { prepared.prepare(row, x + row * inputs_); });
    member.for_each(num_groups(), [&](std::int64_t group) {
      apply_group(group, prepared, rows, y, outputs_, Epilogue::none, kernels);
    });
  });
}

void PackedLinear::apply_group(std::int64_t group, const PreparedRows& x, std::int64_t rows,
                               float* y, std::int64_t y_stride, Epilogue epilogue,
                               const KernelTable& kernels) const {
  const std::int64_t column = group * kGroupWidth;
  linear_function(kernels, format_)({
      .group = group_at(group),
      .depth = padded_depth(inputs_, format_),
      .rows = x.row(0),
      .row_stride = x.stride_bytes(),
      .num_rows = rows,
      .out = y + column,
      .out_stride = y_stride,
      .columns = std::min(kGroupWidth, outputs_ - column),
      .epilogue = epilogue,
  });
}

}  // namespace cadenza

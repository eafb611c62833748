#include "models/kernels/cpu/packed_layout.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "models/kernels/cpu/bfloat16.h"
#include "models/kernels/cpu/float16.h"

namespace cadenza {

namespace {

constexpr std::int64_t kStepBytes = kGroupWidth * 4;  // one 32-bit word per output row
constexpr std::int64_t kInt4BlockBytes = kInt4Block / 8 * kStepBytes + kGroupWidth * 2;

std::int64_t round_up(std::int64_t n, std::int64_t unit) { return (n + unit - 1) / unit * unit; }

template <typename T>
void put(std::byte* at, T value) {
  std::memcpy(at, &value, sizeof value);
}
template <typename T>
T get(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

float largest_magnitude(const float* values, std::int64_t count) {
  float largest = 0;
  for (std::int64_t i = 0; i < count; ++i) largest = std::max(largest, std::fabs(values[i]));
  return largest;
}

std::int64_t word_offset(std::int64_t row, std::int64_t word) {
  return word * kStepBytes + row * 4;
}

// int8: scales and offsets behind the weights.
std::byte* int8_scale(std::byte* group, std::int64_t row, std::int64_t depth) {
  return group + depth / 4 * kStepBytes + row * 4;
}

void pack_int8(std::byte* group, std::int64_t row, const float* weights, std::int64_t inputs) {
  const std::int64_t depth = padded_depth(inputs, WeightFormat::int8);
  const float scale = largest_magnitude(weights, inputs) / 127.0f;
  std::int32_t total = 0;
  for (std::int64_t k = 0; k < inputs; ++k) {
    const auto level = static_cast<std::int32_t>(scale > 0 ? std::lrint(weights[k] / scale) : 0);
    total += level;
    put(group + word_offset(row, k / 4) + k % 4, static_cast<std::int8_t>(level));
  }
  put(int8_scale(group, row, depth), scale);
  put(int8_scale(group, row, depth) + kGroupWidth * 4, 128 * total);
}

// int4: a block's scale lies behind its nibbles, the row's behind all blocks.
std::byte* int4_block(std::byte* group, std::int64_t block) {
  return group + block * kInt4BlockBytes;
}
std::byte* int4_scale(std::byte* group, std::int64_t row, std::int64_t block) {
  return int4_block(group, block) + kInt4Block / 8 * kStepBytes + row * 2;
}
std::byte* int4_row_scale(std::byte* group, std::int64_t row, std::int64_t depth) {
  return int4_block(group, depth / kInt4Block) + row * 4;
}
// The byte of input k of a block, and whether it is the high half.
std::byte* int4_byte(std::byte* group, std::int64_t row, std::int64_t block, std::int64_t k) {
  const std::int64_t within = k % (kInt4Block / 2);
  return int4_block(group, block) + word_offset(row, within / 4) + within % 4;
}

int int4_level(float weight, float scale) {
  if (!(scale > 0)) return 8;
  return static_cast<int>(std::clamp(std::lrint(weight / scale) + 8, 0L, 15L));
}

double int4_error(const float* weights, std::int64_t count, float scale) {
  double error = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double miss = weights[i] - scale * (int4_level(weights[i], scale) - 8);
    error += miss * miss;
  }
  return error;
}

// Of a few candidates the scale that leaves the smallest squared error: from the largest weight
// mapped to 7.0 (nothing is cut) to 9.0 (the outlier is cut, the rest is finer).
float int4_best_scale(const float* weights, std::int64_t count) {
  const float largest = largest_magnitude(weights, count);
  float best = 0;
  double smallest = HUGE_VAL;
  for (int candidate = 0; candidate <= 8; ++candidate) {
    const float scale = largest / (7.0f + 0.25f * static_cast<float>(candidate));
    if (const double error = int4_error(weights, count, scale); error < smallest) {
      smallest = error;
      best = scale;
    }
  }
  return best;
}

void pack_int4(std::byte* group, std::int64_t row, const float* weights, std::int64_t inputs) {
  const std::int64_t depth = padded_depth(inputs, WeightFormat::int4);
  const std::int64_t blocks = depth / kInt4Block;
  std::vector<float> scales(static_cast<std::size_t>(blocks));
  for (std::int64_t block = 0; block < blocks; ++block) {
    const std::int64_t first = block * kInt4Block;
    scales[block] = int4_best_scale(weights + first, std::min(kInt4Block, inputs - first));
  }
  // Block scales are stored relative to the row's, so that they use all of fp16's precision.
  const float row_scale = *std::max_element(scales.begin(), scales.end());
  put(int4_row_scale(group, row, depth), row_scale);
  for (std::int64_t block = 0; block < blocks; ++block) {
    const std::uint16_t half = to_float16(row_scale > 0 ? scales[block] / row_scale : 0.0f);
    put(int4_scale(group, row, block), half);
    const float scale = row_scale * from_float16(half);
    for (std::int64_t i = 0; i < kInt4Block / 2; ++i) {
      const std::int64_t k = block * kInt4Block + i, upper = k + kInt4Block / 2;
      const int low = k < inputs ? int4_level(weights[k], scale) : 8;
      const int high = upper < inputs ? int4_level(weights[upper], scale) : 8;
      *int4_byte(group, row, block, i) = static_cast<std::byte>(low | high << 4);
    }
  }
}

}  // namespace

std::int64_t padded_depth(std::int64_t inputs, WeightFormat format) {
  switch (format) {
    case WeightFormat::fp32:
      return inputs;
    case WeightFormat::bf16:
    case WeightFormat::int8:
      return round_up(inputs, 16);
    case WeightFormat::int4:
      return round_up(inputs, kInt4Block);
  }
  return inputs;
}

std::int64_t group_bytes(std::int64_t inputs, WeightFormat format) {
  const std::int64_t depth = padded_depth(inputs, format);
  switch (format) {
    case WeightFormat::fp32:
      return depth * kStepBytes;
    case WeightFormat::bf16:
      return depth / 2 * kStepBytes;
    case WeightFormat::int8:
      return depth / 4 * kStepBytes + kGroupWidth * 8;
    case WeightFormat::int4:
      return depth / kInt4Block * kInt4BlockBytes + kGroupWidth * 4;
  }
  return 0;
}

std::int64_t prepared_stride(std::int64_t inputs, WeightFormat format) {
  const std::int64_t depth = padded_depth(inputs, format);
  switch (format) {
    case WeightFormat::fp32:
      return round_up(depth * 4, 64);
    case WeightFormat::bf16:
      return round_up(depth * 2, 64);
    case WeightFormat::int8:
      return round_up(depth + 4, 64);
    case WeightFormat::int4:
      return round_up(depth + 4 + depth / kInt4Block * 4, 64);
  }
  return 0;
}

void pack_group_row(std::byte* group, std::int64_t row, const float* weights, std::int64_t inputs,
                    WeightFormat format) {
  switch (format) {
    case WeightFormat::fp32:
      for (std::int64_t k = 0; k < inputs; ++k) put(group + word_offset(row, k), weights[k]);
      return;
    case WeightFormat::bf16:
      for (std::int64_t k = 0; k < inputs; ++k)
        put(group + word_offset(row, k / 2) + k % 2 * 2, to_bfloat16(weights[k]));
      return;
    case WeightFormat::int8:
      return pack_int8(group, row, weights, inputs);
    case WeightFormat::int4:
      return pack_int4(group, row, weights, inputs);
  }
}

void unpack_group_row(const std::byte* packed, std::int64_t row, std::int64_t inputs,
                      WeightFormat format, float* weights) {
  auto* group = const_cast<std::byte*>(packed);  // for the address functions; nothing is written
  const std::int64_t depth = padded_depth(inputs, format);
  for (std::int64_t k = 0; k < inputs; ++k) {
    switch (format) {
      case WeightFormat::fp32:
        weights[k] = get<float>(group + word_offset(row, k));
        break;
      case WeightFormat::bf16:
        weights[k] = from_bfloat16(get<std::uint16_t>(group + word_offset(row, k / 2) + k % 2 * 2));
        break;
      case WeightFormat::int8:
        weights[k] = get<float>(int8_scale(group, row, depth)) *
                     get<std::int8_t>(group + word_offset(row, k / 4) + k % 4);
        break;
      case WeightFormat::int4: {
        const std::int64_t block = k / kInt4Block, within = k % kInt4Block;
        const int both = static_cast<int>(*int4_byte(group, row, block, within));
        const int level = within < kInt4Block / 2 ? both & 15 : both >> 4;
        const float scale = from_float16(get<std::uint16_t>(int4_scale(group, row, block))) *
                            get<float>(int4_row_scale(group, row, depth));
        weights[k] = scale * static_cast<float>(level - 8);
        break;
      }
    }
  }
}

}  // namespace cadenza

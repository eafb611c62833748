// Attention of one query over a cache in panels (layout: panel_cache.h). Included after
// linear_inl.h.
//
// Scores and outputs are the same instruction as the linear kernels: a vector of 16 tokens (scores)
// or 16 channels (outputs) meets a broadcast word of the query or of the probabilities. Every score
// adds over the channels in order, every output over the tokens in order, and the softmax's sum
// runs over lanes of 16 tokens and then one tree, so a token's place alone decides the order.
#pragma once

#include "models/kernels/cpu/linear_inl.h"
#include "models/kernels/cpu/rows_inl.h"

namespace cadenza {
namespace {

inline std::int64_t round_up_16(std::int64_t n) { return (n + 15) / 16 * 16; }

// All parts of a word at once.
template <typename Words, int kPart = 0>
inline Floats accumulate_word(Floats sums, Ints w, Ints x) {
  sums = Words::accumulate(sums, Words::template part<kPart>(w), Words::template part<kPart>(x));
  if constexpr (kPart + 1 < Words::kParts) return accumulate_word<Words, kPart + 1>(sums, w, x);
  return sums;
}

// Scores of kBlocks * 16 tokens, scaled.
template <typename Words, int kBlocks>
inline void score_blocks(const std::byte* keys, const std::byte* query, std::int64_t steps,
                         float scale, float* scores) {
  Floats sums[kBlocks];
  for (Floats& block : sums) block = all(0.0f);
  const std::int64_t block_bytes = steps * kVectorBytes;
  for (std::int64_t step = 0; step < steps; ++step) {
    const Ints q = all_words(query + step * 4);
#pragma GCC unroll 4
    for (int b = 0; b < kBlocks; ++b) {
      const Ints k = load_words(keys + b * block_bytes + step * kVectorBytes);
      sums[b] = accumulate_word<Words>(sums[b], k, q);
    }
  }
  for (int b = 0; b < kBlocks; ++b) store(scores + b * 16, multiply(sums[b], all(scale)));
}

template <typename Words>
void score_all(const AttentionTask& task, const std::byte* query, float* scores) {
  const std::int64_t steps = round_up_16(task.width) / Words::kPerWord;
  const std::int64_t blocks = round_up_16(task.length) / 16;
  std::int64_t block = 0;
  for (; block + 4 <= blocks; block += 4)
    score_blocks<Words, 4>(task.keys + block * steps * kVectorBytes, query, steps, task.scale,
                           scores + block * 16);
  for (; block < blocks; ++block)
    score_blocks<Words, 1>(task.keys + block * steps * kVectorBytes, query, steps, task.scale,
                           scores + block * 16);
}

// Scores become e^(score - largest); lanes beyond the length become 0. Returns the sum.
inline float exponentiate(float* scores, std::int64_t length) {
  Floats top = all(-3.4e38f);
  for_each_vector(length, [&](std::int64_t i, std::int64_t count) {
    top = larger(top, keep_first(load(scores + i), count, -3.4e38f));
  });
  const Floats shift = all(largest(top));
  Floats total = all(0.0f);
  for_each_vector(length, [&](std::int64_t i, std::int64_t count) {
    const Floats power = exp_of_negative(subtract(load(scores + i), shift));
    const Floats kept = keep_first(power, count, 0.0f);
    store(scores + i, kept);
    total = add(total, kept);
  });
  return sum(total);
}

// kChunks * 16 output channels: the sum over tokens of probability times value.
template <typename Words, int kChunks>
inline void weigh_values(const std::byte* values, const std::byte* probabilities,
                         std::int64_t steps, std::int64_t step_bytes, float factor, float* out,
                         std::int64_t columns) {
  Floats sums[kChunks];
  for (Floats& chunk : sums) chunk = all(0.0f);
  for (std::int64_t step = 0; step < steps; ++step) {
    const Ints p = all_words(probabilities + step * 4);
#pragma GCC unroll 4
    for (int c = 0; c < kChunks; ++c) {
      const Ints v = load_words(values + step * step_bytes + c * kVectorBytes);
      sums[c] = accumulate_word<Words>(sums[c], v, p);
    }
  }
  for (int c = 0; c < kChunks; ++c) {
    const Floats value = multiply(sums[c], all(factor));
    const std::int64_t left = columns - c * 16;
    if (left > 0) store_run(out + c * 16, left < 16 ? left : 16, value);
  }
}

template <typename Words>
void weigh_all(const AttentionTask& task, const std::byte* probabilities, float factor) {
  const std::int64_t steps = (task.length + Words::kPerWord - 1) / Words::kPerWord;
  const std::int64_t chunks = round_up_16(task.width) / 16;
  const std::int64_t step_bytes = chunks * kVectorBytes;
  std::int64_t chunk = 0;
  for (; chunk + 4 <= chunks; chunk += 4)
    weigh_values<Words, 4>(task.values + chunk * kVectorBytes, probabilities, steps, step_bytes,
                           factor, task.out + chunk * 16, task.width - chunk * 16);
  for (; chunk < chunks; ++chunk)
    weigh_values<Words, 1>(task.values + chunk * kVectorBytes, probabilities, steps, step_bytes,
                           factor, task.out + chunk * 16, task.width - chunk * 16);
}

void attend_fp32(const AttentionTask& task) {
  float* query = task.scratch;
  float* scores = query + round_up_16(task.width);
  for_each_vector(task.width, [&](std::int64_t i, std::int64_t count) {
    store(query + i, load_run(task.query + i, count));
  });
  score_all<Fp32Words>(task, reinterpret_cast<const std::byte*>(query), scores);
  const float total = exponentiate(scores, task.length);
  weigh_all<Fp32Words>(task, reinterpret_cast<const std::byte*>(scores), 1.0f / total);
}

void attend_bf16(const AttentionTask& task) {
  auto* query = reinterpret_cast<std::uint16_t*>(task.scratch);
  float* scores = task.scratch + round_up_16(task.width);
  for_each_vector(task.width, [&](std::int64_t i, std::int64_t count) {
    store_bf16(query + i, load_run(task.query + i, count));
  });
  score_all<Bf16Words>(task, reinterpret_cast<const std::byte*>(query), scores);
  const float total = exponentiate(scores, task.length);
  // In place: 16 probabilities of 2 bytes never reach past the 16 scores they are made of.
  auto* probabilities = reinterpret_cast<std::uint16_t*>(scores);
  for_each_vector(task.length, [&](std::int64_t i, std::int64_t) {
    store_bf16(probabilities + i, load(scores + i));
  });
  weigh_all<Bf16Words>(task, reinterpret_cast<const std::byte*>(probabilities), 1.0f / total);
}

}  // namespace
}  // namespace cadenza

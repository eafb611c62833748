// The codec's LSTM on the CPU: one direction, one sequence, fp32.
//
// The input products of all frames are plain matrix products and not done here; what is left is
//
//   gates(t) = input(t) + W_hh h(t - 1)       i, f, g, o
//   c(t) = sigmoid(f) c(t - 1) + sigmoid(i) tanh(g)      h(t) = sigmoid(o) tanh(c(t))
//
// frame after frame: a read of W_hh each, so its speed is that of the cache it lies in. Layer after
// layer, not frame after frame, so that one layer's matrix stays there. The rows of W_hh are
// ordered so that a group of 64 holds the four gates of 16 cells: the thread that has multiplied a
// group finishes its cells, and a frame costs one barrier. Torch-free; the same bits on any number
// of threads.
#pragma once

#include <cstdint>
#include <span>

#include "models/kernels/cpu/packed_linear.h"
#include "models/kernels/cpu/thread_pool.h"

namespace cadenza {

class CpuLstmLayer {
 public:
  // recurrent: W_hh (4 C, C), gates in the order i, f, g, o; C a multiple of 16.
  CpuLstmLayer(std::span<const float> recurrent, std::int64_t channels);

  static bool is_possible(std::int64_t channels) { return channels % 16 == 0; }

  // inputs (T, 4 C): W_ih x(t) + both biases -> outputs (T, C): h(t), from a state of zero.
  void run(const float* inputs, std::int64_t num_frames, float* outputs, ThreadPool& pool) const;

 private:
  std::int64_t channels_;
  PackedLinear recurrent_;
};

}  // namespace cadenza

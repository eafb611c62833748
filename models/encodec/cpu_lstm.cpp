#include "models/encodec/cpu_lstm.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace cadenza {

namespace {

constexpr std::int64_t kGates = 4;
constexpr std::int64_t kCells = kGroupWidth / kGates;  // of one group

// e^x for |x| <= 87 to about 1e-7 of its value: 2^n e^r with |r| <= ln 2 / 2 and six terms. Plain
// arithmetic, so that a loop over cells becomes vector instructions.
inline float fast_exp(float x) {
  constexpr float kLog2E = 1.44269504f, kLn2High = 0.693145752f, kLn2Low = 1.42860677e-6f;
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  x = std::min(std::max(x, -87.0f), 87.0f);
  const float shifted = x * kLog2E + kRound, n = shifted - kRound;
  const float r = (x - n * kLn2High) - n * kLn2Low;
  const float series =
      1 +
      r * (1 + r * (0.5f + r * (0.166666667f +
                                r * (0.0416666667f + r * (0.00833333333f + r * 0.00138888889f)))));
  return series * std::bit_cast<float>((static_cast<std::int32_t>(n) + 127) << 23);
}

inline float sigmoid(float x) { return 1 / (1 + fast_exp(-x)); }

// Near zero 1 - 2 / (e^2x + 1) would lose the digits of a small x: there the first terms of the
// series are exact to fp32.
inline float tangent(float x) {
  const float square = x * x;
  const float small =
      x * (1 - square * (0.333333333f - square * (0.133333333f - square * 0.0539682540f)));
  const float large = 1 - 2 / (fast_exp(2 * x) + 1);
  return square < 0.01f ? small : large;
}

// The 16 cells of a group. products (4, 16); input: gate q of the first cell at q * channels.
void finish_cells(const float* products, const float* input, std::int64_t channels, float* memory,
                  float* output) {
  for (std::int64_t cell = 0; cell < kCells; ++cell) {
    const float i = products[cell] + input[cell];
    const float f = products[kCells + cell] + input[channels + cell];
    const float g = products[2 * kCells + cell] + input[2 * channels + cell];
    const float o = products[3 * kCells + cell] + input[3 * channels + cell];
    memory[cell] = sigmoid(f) * memory[cell] + sigmoid(i) * tangent(g);
    output[cell] = sigmoid(o) * tangent(memory[cell]);
  }
}

// Row 64 g + 16 q + j of the packed matrix is gate q of cell 16 g + j.
std::int64_t packed_row(std::int64_t gate, std::int64_t cell) {
  return cell / kCells * kGroupWidth + gate * kCells + cell % kCells;
}

}  // namespace

CpuLstmLayer::CpuLstmLayer(std::span<const float> recurrent, std::int64_t channels)
    : channels_(channels), recurrent_(kGates * channels, channels, WeightFormat::fp32) {
  for (std::int64_t gate = 0; gate < kGates; ++gate)
    for (std::int64_t cell = 0; cell < channels; ++cell)
      recurrent_.pack_rows(packed_row(gate, cell), 1,
                           &recurrent[(gate * channels + cell) * channels]);
}

void CpuLstmLayer::run(const float* inputs, std::int64_t num_frames, float* outputs,
                       ThreadPool& pool) const {
  const KernelTable& kernels = best_kernel_table();
  const auto size = static_cast<std::size_t>(channels_);
  const std::vector<float> silence(size);
  std::vector<float> memory(size), products(kGates * size);  // c; W_hh h, in packed order
  std::vector<PreparedRows> states;                          // each thread's own copy of h
  for (int thread = 0; thread < pool.size(); ++thread)
    states.emplace_back(WeightFormat::fp32, 1, channels_, kernels);
  pool.run([&](TeamMember& team) {
    PreparedRows& state = states[static_cast<std::size_t>(team.index())];
    for (std::int64_t frame = 0; frame < num_frames; ++frame) {
      state.prepare(0, frame == 0 ? silence.data() : outputs + (frame - 1) * channels_);
      const float* input = inputs + frame * kGates * channels_;
      float* output = outputs + frame * channels_;
      team.for_each(recurrent_.num_groups(), [&](std::int64_t group) {
        recurrent_.apply_group(group, state, 1, products.data(), kGates * channels_, Epilogue::none,
                               kernels);
        finish_cells(&products[group * kGroupWidth], input + group * kCells, channels_,
                     &memory[group * kCells], output + group * kCells);
      });
    }
  });
}

}  // namespace cadenza

#include "models/encodec/cpu_lstm.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "tests/support/random_values.h"

namespace cadenza {
namespace {

using testing::random_values;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// The equations of the header in double, one cell after the other.
std::vector<float> reference(const std::vector<float>& recurrent, const std::vector<float>& inputs,
                             std::int64_t channels, std::int64_t frames) {
  std::vector<double> h(channels), c(channels), next(channels);
  std::vector<float> outputs;
  for (std::int64_t t = 0; t < frames; ++t) {
    for (std::int64_t cell = 0; cell < channels; ++cell) {
      double gates[4];
      for (std::int64_t q = 0; q < 4; ++q) {
        const std::int64_t row = q * channels + cell;
        gates[q] = inputs[t * 4 * channels + row];
        for (std::int64_t k = 0; k < channels; ++k)
          gates[q] += recurrent[row * channels + k] * h[k];
      }
      c[cell] = sigmoid(gates[1]) * c[cell] + sigmoid(gates[0]) * std::tanh(gates[2]);
      next[cell] = sigmoid(gates[3]) * std::tanh(c[cell]);
    }
    h = next;
    outputs.insert(outputs.end(), h.begin(), h.end());
  }
  return outputs;
}

std::vector<float> run(const CpuLstmLayer& layer, const std::vector<float>& inputs,
                       std::int64_t channels, std::int64_t frames, int threads) {
  ThreadPool pool(threads);
  std::vector<float> outputs(static_cast<std::size_t>(frames * channels));
  layer.run(inputs.data(), frames, outputs.data(), pool);
  return outputs;
}

TEST_CASE("an LSTM layer follows its equations, for quiet and for saturated gates") {
  for (const std::int64_t channels : {16, 32, 48, 128})
    for (const float loudness : {0.001f, 1.0f, 30.0f}) {
      constexpr std::int64_t kFrames = 40;
      const auto recurrent = random_values(4 * channels * channels, 1);
      auto inputs = random_values(kFrames * 4 * channels, 2);
      for (float& value : inputs) value *= loudness;
      auto scaled = recurrent;
      for (float& value : scaled) value /= std::sqrt(static_cast<float>(channels));
      const auto found = run(CpuLstmLayer(scaled, channels), inputs, channels, kFrames, 2);
      const auto expected = reference(scaled, inputs, channels, kFrames);
      double largest = 0;
      for (std::size_t i = 0; i < found.size(); ++i)
        largest = std::max(largest, std::fabs(double{found[i]} - expected[i]));
      CAPTURE(channels);
      CAPTURE(loudness);
      CHECK(largest < 2e-6);
    }
}

TEST_CASE("an LSTM layer gives the same bits on any number of threads") {
  constexpr std::int64_t kChannels = 192, kFrames = 20;
  const CpuLstmLayer layer(random_values(4 * kChannels * kChannels, 3), kChannels);
  const auto inputs = random_values(kFrames * 4 * kChannels, 4);
  const auto alone = run(layer, inputs, kChannels, kFrames, 1);
  for (const int threads : {2, 3, 5})
    CHECK(run(layer, inputs, kChannels, kFrames, threads) == alone);
}

}  // namespace
}  // namespace cadenza

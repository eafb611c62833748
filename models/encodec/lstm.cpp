#include "models/encodec/lstm.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/lstm.h>
#include <ATen/ops/zeros.h>

#include <tuple>

#include "models/fixed_pieces.h"
#include "models/read_tensor.h"

namespace cadenza {

Lstm::Lstm(const WeightReader& weights, const std::string& name, std::int64_t channels,
           std::int64_t num_layers, const at::Device& device)
    : num_layers_(num_layers) {
  for (std::int64_t layer = 0; layer < num_layers; ++layer) {
    const auto read = [&](const char* what, std::initializer_list<std::int64_t> sizes) {
      const std::string full = name + ".lstm." + what + "_l" + std::to_string(layer);
      parameters_.push_back(read_tensor(weights, full, sizes).to(device));
    };
    read("weight_ih", {4 * channels, channels});
    read("weight_hh", {4 * channels, channels});
    read("bias_ih", {4 * channels});
    read("bias_hh", {4 * channels});
  }
}

at::Tensor Lstm::forward(const at::Tensor& map) const {
  const at::Tensor input = map.unsqueeze(1);  // (T, 1, C): at::lstm wants a batch
  const at::Tensor zero = at::zeros({num_layers_, 1, map.size(1)}, map.options());
  at::Tensor output;
  for_each_piece(map.device(), 1, 1, [&](std::int64_t, std::int64_t) {
    output = std::get<0>(at::lstm(input, {zero, zero}, parameters_, /*has_biases=*/true,
                                  num_layers_, /*dropout=*/0.0, /*train=*/false,
                                  /*bidirectional=*/false, /*batch_first=*/false));
  });
  return output.squeeze(1) + map;
}

}  // namespace cadenza

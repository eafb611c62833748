#include "models/encodec/lstm.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/lstm.h>
#include <ATen/ops/zeros.h>

#include <tuple>

#include "models/fixed_pieces.h"
#include "models/read_tensor.h"

namespace cadenza {

namespace {

constexpr std::int64_t kRowsPerPiece = 64;

std::span<const float> values(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

}  // namespace

Lstm::Lstm(const WeightReader& weights, const std::string& name, std::int64_t channels,
           std::int64_t num_layers, const at::Device& device)
    : num_layers_(num_layers) {
  const bool is_own = device.is_cpu() && CpuLstmLayer::is_possible(channels);
  if (is_own) pool_ = std::make_unique<ThreadPool>(at::get_num_threads());
  for (std::int64_t layer = 0; layer < num_layers; ++layer) {
    const auto read = [&](const char* what, std::initializer_list<std::int64_t> sizes) {
      const std::string full = name + ".lstm." + what + "_l" + std::to_string(layer);
      return read_tensor(weights, full, sizes).to(device);
    };
    const at::Tensor input_weight = read("weight_ih", {4 * channels, channels});
    const at::Tensor recurrent = read("weight_hh", {4 * channels, channels});
    const at::Tensor input_bias = read("bias_ih", {4 * channels});
    const at::Tensor recurrent_bias = read("bias_hh", {4 * channels});
    if (is_own)
      cpu_layers_.push_back({input_weight.t().contiguous(), input_bias + recurrent_bias,
                             CpuLstmLayer(values(recurrent), channels)});
    else
      parameters_.insert(parameters_.end(), {input_weight, recurrent, input_bias, recurrent_bias});
  }
}

at::Tensor Lstm::forward(const at::Tensor& map) const {
  return (cpu_layers_.empty() ? run_by_operator(map) : run_on_cpu(map)) + map;
}

at::Tensor Lstm::run_on_cpu(const at::Tensor& map) const {
  at::Tensor layer_input = map.contiguous();
  const std::int64_t frames = map.size(0);
  for (const CpuLayer& layer : cpu_layers_) {
    at::Tensor inputs = at::empty({frames, 4 * map.size(1)}, map.options());
    for_each_piece(map.device(), frames, kRowsPerPiece, [&](auto first, auto count) {
      at::Tensor rows = inputs.narrow(0, first, count);
      at::addmm_out(rows, layer.bias, layer_input.narrow(0, first, count), layer.input_weight);
    });
    at::Tensor output = at::empty(map.sizes(), map.options());
    layer.recurrent.run(inputs.const_data_ptr<float>(), frames, output.mutable_data_ptr<float>(),
                        *pool_);
    layer_input = output;
  }
  return layer_input;
}

// One piece: at::lstm computes every layer's input products at once.
at::Tensor Lstm::run_by_operator(const at::Tensor& map) const {
  const at::Tensor input = map.unsqueeze(1);  // (T, 1, C): at::lstm wants a batch
  const at::Tensor zero = at::zeros({num_layers_, 1, map.size(1)}, map.options());
  at::Tensor output;
  for_each_piece(map.device(), 1, 1, [&](std::int64_t, std::int64_t) {
    output = std::get<0>(at::lstm(input, {zero, zero}, parameters_, /*has_biases=*/true,
                                  num_layers_, /*dropout=*/0.0, /*train=*/false,
                                  /*bidirectional=*/false, /*batch_first=*/false));
  });
  return output.squeeze(1);
}

}  // namespace cadenza

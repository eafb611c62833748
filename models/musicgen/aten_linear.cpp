#include "models/musicgen/aten_linear.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>

#include <span>

namespace cadenza {

namespace {

at::Tensor read_fp32(const WeightSource& source, const std::string& name) {
  at::Tensor tensor = at::empty(source.reader.shape(name), at::kFloat);
  source.reader.read(name, {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())});
  return tensor;
}

}  // namespace

at::Tensor WeightSource::vector(const std::string& name) const {
  return read_fp32(*this, name).to(device);
}

at::Tensor WeightSource::stacked(const std::vector<std::string>& names, at::ScalarType as) const {
  std::int64_t num_rows = 0;
  for (const std::string& name : names) num_rows += reader.shape(name)[0];
  at::Tensor all = at::empty({num_rows, reader.shape(names.front())[1]},
                             at::TensorOptions().device(device).dtype(as));
  std::int64_t row = 0;
  for (const std::string& name : names) {
    const at::Tensor matrix = read_fp32(*this, name);
    all.narrow(0, row, matrix.size(0)).copy_(matrix);
    row += matrix.size(0);
  }
  return all;
}

AtenLinear::AtenLinear(const WeightSource& source, const std::vector<std::string>& names)
    : weight_(source.stacked(names, source.dtype)) {}

at::Tensor AtenLinear::operator()(const at::Tensor& x) const {
  return at::linear(x.to(weight_.scalar_type()), weight_).to(at::kFloat);
}

}  // namespace cadenza

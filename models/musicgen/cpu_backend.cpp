#include "models/musicgen/cpu_backend.h"

#include <ATen/ops/empty.h>

#include <cstddef>
#include <span>

namespace cadenza {

CpuBackend::CpuBackend(const DecoderConfig& config, const WeightReader& weights,
                       WeightFormat format, int num_threads, PackCache* packs)
    : config_(config),
      decoder_(config, weights, {.format = format, .num_threads = num_threads, .packs = packs}) {}

void CpuBackend::reset(const std::vector<at::Tensor>& contexts, std::int64_t max_steps) {
  std::vector<at::Tensor> owners;  // of what the spans point to
  std::vector<std::span<const float>> spans;
  for (const at::Tensor& context : contexts) {
    owners.push_back(context.contiguous());
    spans.emplace_back(owners.back().const_data_ptr<float>(),
                       static_cast<std::size_t>(context.numel()));
  }
  decoder_.reset(spans, max_steps);
  length_ = 0;
}

at::Tensor CpuBackend::feed(const at::Tensor& tokens) {
  const at::Tensor columns = tokens.contiguous();
  at::Tensor logits = at::empty({num_rows(), config_.num_codebooks, config_.vocab_size});
  decoder_.prefill(columns.const_data_ptr<std::int64_t>(), columns.size(2),
                   logits.mutable_data_ptr<float>());
  length_ += columns.size(2);
  return logits;
}

}  // namespace cadenza

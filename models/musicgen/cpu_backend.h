// CpuDecoder, which knows no tensors, as a DecoderBackend.
#pragma once

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"
#include "models/musicgen/cpu_decoder.h"
#include "models/musicgen/decoder_backend.h"

namespace cadenza {

class CpuBackend final : public DecoderBackend {
 public:
  // Throws what the reader throws, and Error(temporary) for want of memory.
  CpuBackend(const DecoderConfig& config, const WeightReader& weights, WeightFormat format,
             int num_threads, PackCache* packs);

  void reset(const std::vector<at::Tensor>& contexts, std::int64_t max_steps) override;
  at::Tensor feed(const at::Tensor& tokens) override;
  std::int64_t num_rows() const override { return decoder_.num_rows(); }
  std::int64_t length() const override { return length_; }
  CpuDecoder* packed_decoder() override { return &decoder_; }

 private:
  DecoderConfig config_;
  CpuDecoder decoder_;
  std::int64_t length_ = 0;
};

}  // namespace cadenza

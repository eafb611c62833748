#include "models/encodec/audio_codec.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <c10/core/InferenceMode.h>

#include <optional>

#include "lib/error.h"
#include "models/encodec/residual_vq.h"
#include "models/encodec/seanet_decoder.h"
#include "models/encodec/seanet_encoder.h"
#include "models/shapes.h"

namespace cadenza {

struct AudioCodec::Impl {
  CodecConfig config;
  at::Device device;
  ResidualVq quantizer;
  SeanetDecoder decoder;
  std::optional<SeanetEncoder> encoder;
};

namespace {

void expect_not_empty(const at::Tensor& tensor, const char* name) {
  if (tensor.numel() == 0)
    fail(ErrorKind::internal, std::string(name) + ": expected at least one row and frame");
}

}  // namespace

AudioCodec::AudioCodec(const CodecConfig& config, const WeightReader& weights,
                       const at::Device& device, bool with_encoder)
    : impl_(new Impl{
          config, device, {config, weights, device}, {config, weights, device}, std::nullopt}) {
  if (with_encoder) impl_->encoder.emplace(config, weights, device);
}

AudioCodec::~AudioCodec() = default;

at::Tensor AudioCodec::decode(const at::Tensor& codes) const {
  const c10::InferenceMode guard;
  expect_shape(codes, {-1, impl_->config.num_quantizers, -1}, "codes");
  expect_not_empty(codes, "codes");
  expect_ids(codes, impl_->config.codebook_size, "codes");
  std::vector<at::Tensor> rows;
  // Row by row: a row's samples then cannot depend on its neighbours, and one clip's maps are alive
  // at a time.
  for (const at::Tensor& row : codes.to(impl_->device).unbind(0))
    rows.push_back(impl_->decoder.forward(impl_->quantizer.decode(row)).t());
  return at::stack(rows);
}

at::Tensor AudioCodec::encode(const at::Tensor& waveform) const {
  const c10::InferenceMode guard;
  if (!impl_->encoder)
    fail(ErrorKind::internal, "encode: the codec was loaded without its encoder");
  expect_shape(waveform, {-1, 1, -1}, "waveform");
  expect_not_empty(waveform, "waveform");
  std::vector<at::Tensor> rows;
  for (const at::Tensor& row : waveform.to(impl_->device, at::kFloat).unbind(0))
    rows.push_back(impl_->quantizer.encode(impl_->encoder->forward(row.t().contiguous())));
  return at::stack(rows);
}

at::Tensor AudioCodec::decode_stereo(const at::Tensor& codes) const {
  const c10::InferenceMode guard;
  const std::int64_t num_quantizers = impl_->config.num_quantizers;
  expect_shape(codes, {-1, 2 * num_quantizers, -1}, "codes");
  const std::int64_t batch = codes.size(0), frames = codes.size(2);
  // (B, K, 2, T) -> (B, 2, K, T) -> every channel a stream of its own.
  const at::Tensor channels = codes.view({batch, num_quantizers, 2, frames})
                                  .transpose(1, 2)
                                  .reshape({2 * batch, num_quantizers, frames});
  return decode(channels).view({batch, 2, -1});
}

at::Tensor AudioCodec::encode_stereo(const at::Tensor& waveform) const {
  const c10::InferenceMode guard;
  expect_shape(waveform, {-1, 2, -1}, "waveform");
  const std::int64_t batch = waveform.size(0);
  const at::Tensor codes = encode(waveform.reshape({2 * batch, 1, waveform.size(2)}));
  return codes.view({batch, 2, impl_->config.num_quantizers, -1})
      .transpose(1, 2)
      .reshape({batch, 2 * impl_->config.num_quantizers, -1});
}

}  // namespace cadenza

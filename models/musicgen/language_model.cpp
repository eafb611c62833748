#include "models/musicgen/language_model.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <vector>

#include "lib/error.h"
#include "models/musicgen/aten_decoder.h"
#include "models/musicgen/cpu_backend.h"
#include "models/shapes.h"

namespace cadenza {

namespace {

[[noreturn]] void fail_for(const std::string& precision) {
  fail(ErrorKind::internal, "language model: no precision " + precision);
}

at::ScalarType matrix_type(const std::string& precision) {
  if (precision == "fp32") return at::kFloat;
  if (precision == "bf16") return at::kBFloat16;
  if (precision == "fp16") return at::kHalf;
  fail_for(precision);
}

WeightFormat weight_format(const std::string& precision) {
  if (precision == "fp32") return WeightFormat::fp32;
  if (precision == "bf16") return WeightFormat::bf16;
  if (precision == "int8") return WeightFormat::int8;
  if (precision == "int4") return WeightFormat::int4;
  fail_for(precision);
}

std::unique_ptr<DecoderBackend> make_backend(const DecoderConfig& config,
                                             const WeightReader& weights, const at::Device& device,
                                             const std::string& precision, DecoderKind kind,
                                             PackCache* packs) {
  if (kind == DecoderKind::aten || !device.is_cpu())
    return std::make_unique<AtenDecoder>(config,
                                         WeightSource{weights, device, matrix_type(precision)});
  return std::make_unique<CpuBackend>(config, weights, weight_format(precision),
                                      at::get_num_threads(), packs);
}

}  // namespace

LanguageModel::LanguageModel(const DecoderConfig& config, const WeightReader& weights,
                             const at::Device& device, const std::string& precision,
                             DecoderKind kind, PackCache* packs)
    : config_(config) {
  const c10::InferenceMode guard;
  backend_ = make_backend(config, weights, device, precision, kind, packs);
}

LanguageModel::~LanguageModel() = default;

void LanguageModel::reset(const at::Tensor& context, const at::Tensor& mask,
                          std::int64_t max_steps) {
  const c10::InferenceMode guard;
  expect_shape(context, {-1, -1, config_.hidden_size}, "context");
  expect_shape(mask, {context.size(0), context.size(1)}, "mask");
  std::vector<at::Tensor> texts;
  for (std::int64_t row = 0; row < context.size(0); ++row) {
    const at::Tensor kept = mask[row].nonzero().squeeze(1).to(context.device());
    texts.push_back(context[row].index_select(0, kept));
  }
  backend_->reset(texts, max_steps);
  max_steps_ = max_steps;
}

at::Tensor LanguageModel::prefill(const at::Tensor& tokens) {
  if (backend_->length() != 0)
    fail(ErrorKind::internal, "language model: prefill must come right after reset");
  return feed(tokens);
}

at::Tensor LanguageModel::step(const at::Tensor& tokens) {
  expect_shape(tokens, {-1, -1, 1}, "tokens of a step");
  return feed(tokens);
}

at::Tensor LanguageModel::feed(const at::Tensor& tokens) {
  const c10::InferenceMode guard;
  expect_shape(tokens, {backend_->num_rows(), config_.num_codebooks, -1}, "tokens");
  if (backend_->length() + tokens.size(2) > max_steps_)
    fail(ErrorKind::internal, "language model: more columns were fed than reset was told");
  return backend_->feed(tokens);
}

}  // namespace cadenza

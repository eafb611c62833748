#include "models/musicgen/decode_loop.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/InferenceMode.h>

#include "lib/error.h"
#include "models/sampler.h"
#include "models/shapes.h"

namespace cadenza {

namespace {

// The music so far: one grid per row, and how to move between it and the model.
class Score {
 public:
  Score(const DecodeRequest& request, const DecoderConfig& config, bool is_guided)
      : request_(request), config_(config), is_guided_(is_guided) {
    const auto special = static_cast<std::int32_t>(config.special_token());
    for (const DecodeRow& row : request.rows)
      grids_.emplace_back(request.pattern, special, row.prompt);
    for (const TokenGrid& grid : grids_)
      if (grid.first_step() != first_step())
        fail(ErrorKind::internal, "decode loop: audio prompts of one batch must be of one length");
  }

  std::int64_t first_step() const { return grids_.front().first_step(); }

  // Columns [first, end) of every stream -> (streams, K, end - first) int64.
  at::Tensor columns(std::int64_t first, std::int64_t end) const {
    const auto num_rows = static_cast<std::int64_t>(grids_.size());
    at::Tensor tokens = at::empty({num_rows, config_.num_codebooks, end - first}, at::kLong);
    auto cells = tokens.accessor<std::int64_t, 3>();
    for (std::int64_t row = 0; row < num_rows; ++row) {
      for (std::int64_t step = first; step < end; ++step) {
        const auto column = grids_[static_cast<std::size_t>(row)].column(step);
        for (std::int64_t k = 0; k < config_.num_codebooks; ++k)
          cells[row][k][step - first] = column[static_cast<std::size_t>(k)];
      }
    }
    return is_guided_ ? at::cat({tokens, tokens}) : tokens;
  }

  // logits (streams, K, V): draws the unknown cells of column `step`.
  void write(std::int64_t step, const at::Tensor& logits) {
    const std::vector<float> mixed = guided(logits.to(at::kCPU).contiguous());
    if (request_.observer) request_.observer(step, mixed);
    for (std::size_t row = 0; row < grids_.size(); ++row)
      grids_[row].write(step, draw(row, step, mixed));
  }

  std::vector<std::vector<std::int16_t>> codes() const {
    std::vector<std::vector<std::int16_t>> all;
    for (const TokenGrid& grid : grids_) all.push_back(grid.codes());
    return all;
  }

 private:
  // (streams, K, V) -> (B, K, V)
  std::vector<float> guided(const at::Tensor& logits) const {
    const std::size_t size = grids_.size() * row_size();
    const float* conditional = logits.const_data_ptr<float>();
    std::vector<float> mixed(conditional, conditional + size);
    if (!is_guided_) return mixed;
    const float* null = conditional + size;
    const auto guidance = static_cast<float>(request_.sampling.guidance);
    for (std::size_t i = 0; i < size; ++i)
      mixed[i] = null[i] + guidance * (conditional[i] - null[i]);
    return mixed;
  }

  std::vector<std::int32_t> draw(std::size_t row, std::int64_t step,
                                 std::span<const float> logits) const {
    const auto vocab_size = static_cast<std::size_t>(config_.vocab_size);
    std::vector<std::int32_t> tokens(static_cast<std::size_t>(config_.num_codebooks));
    for (std::size_t k = 0; k < tokens.size(); ++k) {
      if (!grids_[row].is_unknown(static_cast<int>(k), step)) continue;
      tokens[k] =
          sample_token(logits.subspan(row * row_size() + k * vocab_size, vocab_size),
                       request_.sampling, request_.rows[row].seed, step, static_cast<int>(k));
    }
    return tokens;
  }

  std::size_t row_size() const {
    return static_cast<std::size_t>(config_.num_codebooks * config_.vocab_size);
  }

  const DecodeRequest& request_;
  const DecoderConfig& config_;
  const bool is_guided_;
  std::vector<TokenGrid> grids_;
};

void expect_consistent(const DecodeRequest& request, const DecoderConfig& config) {
  const auto num_rows = static_cast<std::int64_t>(request.rows.size());
  if (num_rows == 0 || request.pattern.num_codebooks() != config.num_codebooks)
    fail(ErrorKind::internal, "decode loop: rows and codebooks must be the model's");
  expect_shape(request.context, {num_rows, -1, config.hidden_size}, "context");
  expect_shape(request.mask, {num_rows, request.context.size(1)}, "mask");
}

// Guidance of at most 1 is none. Without any text both streams would be the null stream, and
// guidance a slow way to compute it.
bool needs_null_streams(const DecodeRequest& request) {
  return request.sampling.guidance > 1 && request.mask.any().item<bool>();
}

void begin_streams(LanguageModel& model, const DecodeRequest& request, bool is_guided) {
  const auto with_null = [&](const at::Tensor& rows) {
    return is_guided ? at::cat({rows, at::zeros_like(rows)}) : rows;
  };
  model.reset(with_null(request.context), with_null(request.mask), request.pattern.num_steps() - 1);
}

}  // namespace

DecodeResult decode_tokens(LanguageModel& model, const DecodeRequest& request,
                           ProgressReporter& progress, const StopFlag& stop) {
  const c10::InferenceMode guard;
  expect_consistent(request, model.config());
  const bool is_guided = needs_null_streams(request);
  begin_streams(model, request, is_guided);

  Score score(request, model.config(), is_guided);
  const std::int64_t first = score.first_step(), end = request.pattern.num_steps();
  progress.begin("decode", end - first);
  stop.throw_if_requested();
  at::Tensor logits = model.prefill(score.columns(0, first));
  for (std::int64_t step = first; step < end; ++step) {
    score.write(step, logits);
    progress.advance(step + 1 - first);
    stop.throw_if_requested();
    if (step + 1 < end) logits = model.step(score.columns(step, step + 1));
  }
  progress.end();
  return {score.codes(), end - first};
}

}  // namespace cadenza

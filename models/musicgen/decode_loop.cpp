#include "models/musicgen/decode_loop.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/InferenceMode.h>

#include "lib/error.h"
#include "models/musicgen/track_score.h"
#include "models/shapes.h"

namespace cadenza {

namespace {

// The music so far, and how to move between it and the model.
class Ensemble {
 public:
  Ensemble(const DecodeRequest& request, const DecoderConfig& config, bool is_guided)
      : request_(request), config_(config), is_guided_(is_guided) {
    for (const DecodeRow& row : request.rows)
      scores_.emplace_back(config, request.pattern, request.sampling, row.seed, row.prompt);
    for (const TrackScore& score : scores_)
      if (score.first_step() != first_step())
        fail(ErrorKind::internal, "decode loop: audio prompts of one batch must be of one length");
  }

  std::int64_t first_step() const { return scores_.front().first_step(); }

  // Columns [first, end) of every stream -> (streams, K, end - first) int64.
  at::Tensor columns(std::int64_t first, std::int64_t end) const {
    const std::int64_t count = end - first;
    at::Tensor tokens = at::empty({std::ssize(scores_), config_.num_codebooks, count}, at::kLong);
    auto* row = tokens.mutable_data_ptr<std::int64_t>();
    for (const TrackScore& score : scores_) {
      for (std::int64_t step = first; step < end; ++step)
        score.read_column(step, row + (step - first), count);
      row += config_.num_codebooks * count;
    }
    return is_guided_ ? at::cat({tokens, tokens}) : tokens;
  }

  // logits (streams, K, V): draws the unknown cells of column `step`.
  void write(std::int64_t step, const at::Tensor& logits) {
    const at::Tensor on_host = logits.to(at::kCPU).contiguous();
    const std::span<const float> all(on_host.const_data_ptr<float>(),
                                     static_cast<std::size_t>(on_host.numel()));
    const auto size = static_cast<std::size_t>(config_.num_codebooks * config_.vocab_size);
    std::vector<float> mixed;
    for (std::size_t row = 0; row < scores_.size(); ++row) {
      const auto null =
          is_guided_ ? all.subspan((scores_.size() + row) * size, size) : std::span<const float>();
      for (int k = 0; k < config_.num_codebooks; ++k)
        scores_[row].draw(step, k, all.subspan(row * size, size), null);
      const auto drawn_from = scores_[row].drawn_from();
      if (request_.observer) mixed.insert(mixed.end(), drawn_from.begin(), drawn_from.end());
    }
    if (request_.observer) request_.observer(step, mixed);
  }

  std::vector<std::vector<std::int16_t>> codes() const {
    std::vector<std::vector<std::int16_t>> all;
    for (const TrackScore& score : scores_) all.push_back(score.codes());
    return all;
  }

 private:
  const DecodeRequest& request_;
  const DecoderConfig& config_;
  const bool is_guided_;
  std::vector<TrackScore> scores_;
};

void expect_consistent(const DecodeRequest& request, const DecoderConfig& config) {
  const auto num_rows = static_cast<std::int64_t>(request.rows.size());
  if (num_rows == 0 || request.pattern.num_codebooks() != config.num_codebooks)
    fail(ErrorKind::internal, "decode loop: rows and codebooks must be the model's");
  expect_shape(request.context, {num_rows, -1, config.hidden_size}, "context");
  expect_shape(request.mask, {num_rows, request.context.size(1)}, "mask");
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
  const bool is_guided = needs_null_stream(request.sampling, request.mask.any().item<bool>());
  begin_streams(model, request, is_guided);

  Ensemble ensemble(request, model.config(), is_guided);
  const std::int64_t first = ensemble.first_step(), end = request.pattern.num_steps();
  progress.begin("decode", end - first);
  stop.throw_if_requested();
  at::Tensor logits = model.prefill(ensemble.columns(0, first));
  for (std::int64_t step = first; step < end; ++step) {
    ensemble.write(step, logits);
    progress.advance(step + 1 - first);
    stop.throw_if_requested();
    if (step + 1 < end) logits = model.step(ensemble.columns(step, step + 1));
  }
  progress.end();
  return {ensemble.codes(), end - first};
}

}  // namespace cadenza

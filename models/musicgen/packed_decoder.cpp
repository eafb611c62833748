#include "models/musicgen/packed_decoder.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <string>

namespace cadenza {

namespace {

constexpr float kEpsilon = 1e-5F;
// A long prefill goes in bites, so that what flows between phases stays small. Bits do not change.
constexpr std::int64_t kMaxColumns = 32;

CacheFormat cache_format(WeightFormat format) {
  return format == WeightFormat::fp32 ? CacheFormat::fp32 : CacheFormat::bf16;
}

std::vector<float> zeros(std::int64_t count) {
  return std::vector<float>(static_cast<std::size_t>(count));
}

}  // namespace

PackedDecoder::PackedDecoder(const DecoderConfig& config, const WeightReader& weights,
                             WeightFormat format, int num_threads)
    : config_(config),
      width_(config.hidden_size),
      head_width_(config.hidden_size / config.num_heads),
      format_(format),
      kernels_(best_kernel_table()),
      pool_(num_threads),
      weights_(read_packed_weights(config, weights, format, pool_)),
      wide_(format, 0, width_),
      deep_(format, 0, config.ffn_dim) {}

void PackedDecoder::reset(std::int64_t batch, std::int64_t max_steps,
                          const std::vector<RowContext>& texts) {
  batch_ = batch;
  length_ = 0;
  cache_ = {};  // first give back the old one: both at once may not fit
  cache_ = PanelCache({config_.num_layers, batch, config_.num_heads, head_width_, max_steps,
                       cache_format(format_)});
  std::int64_t longest = max_steps;
  for (const RowContext& text : texts) longest = std::max(longest, text.context.size(0));
  const std::int64_t floats = std::max(width_, attention_scratch_floats(head_width_, longest));
  scratch_.assign(static_cast<std::size_t>(pool_.size()), zeros(floats));
  room_ = 0;
  make_room(batch * std::min(max_steps, kMaxColumns));
  remember_texts(texts);
}

void PackedDecoder::make_room(std::int64_t rows) {
  if (rows <= room_) return;
  room_ = rows;
  for (std::vector<float>* buffer : {&x_, &query_, &attended_, &out_})
    *buffer = zeros(rows * width_);
  qkv_ = zeros(rows * 3 * width_);
  hidden_ = zeros(rows * config_.ffn_dim);
  wide_ = PreparedRows(format_, rows, width_, kernels_);
  deep_ = PreparedRows(format_, rows, config_.ffn_dim, kernels_);
}

// Keys and values of every text in every layer, once for all steps.
void PackedDecoder::remember_texts(const std::vector<RowContext>& texts) {
  texts_.clear();
  text_of_row_.assign(static_cast<std::size_t>(batch_), kNoText);
  std::int64_t longest = 0;
  for (const RowContext& text : texts) {
    text_of_row_[static_cast<std::size_t>(text.row)] = static_cast<std::int64_t>(texts_.size());
    texts_.push_back({text.row, text.context.size(0)});
    longest = std::max(longest, text.context.size(0));
  }
  text_cache_ = PanelCache({config_.num_layers, static_cast<std::int64_t>(texts.size()),
                            config_.num_heads, head_width_, longest, cache_format(format_)});
  for (std::size_t text = 0; text < texts.size(); ++text) {
    const at::Tensor context = texts[text].context.contiguous();
    std::vector<float> kv = zeros(texts_[text].length * 2 * width_);
    for (std::int64_t index = 0; index < config_.num_layers; ++index) {
      weights_.layers[static_cast<std::size_t>(index)].cross_kv.apply(
          context.const_data_ptr<float>(), texts_[text].length, kv.data(), pool_, kernels_);
      for (std::int64_t item = 0; item < texts_[text].length * config_.num_heads; ++item) {
        const std::int64_t position = item / config_.num_heads, head = item % config_.num_heads;
        const float* key = kv.data() + position * 2 * width_ + head * head_width_;
        text_cache_.put(index, static_cast<std::int64_t>(text), head, position, key, key + width_);
      }
    }
  }
}

at::Tensor PackedDecoder::forward(const at::Tensor& x, bool only_last, LayerStates* states) {
  const std::int64_t columns = x.size(1), bite = states ? columns : kMaxColumns;
  std::vector<at::Tensor> logits;
  for (std::int64_t first = 0; first < columns; first += bite) {
    const at::Tensor part = x.narrow(1, first, std::min(bite, columns - first)).contiguous();
    if (only_last) logits.clear();
    logits.push_back(run_pass(part, only_last, states));
  }
  return logits.size() == 1 ? logits.front() : at::cat(logits, 1);
}

at::Tensor PackedDecoder::run_pass(const at::Tensor& x, bool only_last, LayerStates* states) {
  num_columns_ = x.size(1);
  make_room(num_rows());
  std::copy_n(x.const_data_ptr<float>(), x.numel(), x_.data());
  at::Tensor logits =
      at::empty({batch_, only_last ? 1 : num_columns_, config_.num_codebooks * config_.vocab_size});
  if (!states) {
    pool_.run([&](TeamMember& team) {
      for (std::int64_t index = 0; index < config_.num_layers; ++index) run_block(team, index);
      run_heads(team, only_last, logits.mutable_data_ptr<float>());
    });
  } else {
    for (std::int64_t index = 0; index < config_.num_layers; ++index) {
      pool_.run([&](TeamMember& team) { run_block(team, index); });
      states->emplace_back("layer" + std::to_string(index), residual());
    }
    states->emplace_back("final_norm", final_state());
    pool_.run(
        [&](TeamMember& team) { run_heads(team, only_last, logits.mutable_data_ptr<float>()); });
  }
  length_ += num_columns_;
  return logits;
}

void PackedDecoder::run_block(TeamMember& team, std::int64_t index) {
  const PackedLayer& layer = weights_.layers[static_cast<std::size_t>(index)];
  self_attention(team, layer, index);
  cross_attention(team, layer, index);
  feed_forward(team, layer);
}

// Leaves its result in out_; the next phase adds it, on the way to its own norm.
void PackedDecoder::self_attention(TeamMember& team, const PackedLayer& layer, std::int64_t index) {
  team.for_each(num_rows(), [&](std::int64_t row) {
    normalise(team, layer.self_norm, x_.data() + row * width_, row);
  });
  multiply(team, layer.qkv, wide_, num_rows(), qkv_.data());
  team.for_each(batch_ * config_.num_heads, [&](std::int64_t item) {
    attend_self(team, index, item / config_.num_heads, item % config_.num_heads);
  });
  round(team, attended_, num_rows(), wide_);
  multiply(team, layer.self_out, wide_, num_rows(), out_.data());
}

void PackedDecoder::cross_attention(TeamMember& team, const PackedLayer& layer,
                                    std::int64_t index) {
  team.for_each(num_rows(), [&](std::int64_t row) {
    float* x = x_.data() + row * width_;
    kernels_.add(out_.data() + row * width_, width_, x);
    if (text_row(row) != kNoText) normalise(team, layer.cross_norm, x, text_row(row));
  });
  if (texts_.empty()) return;
  multiply(team, layer.cross_q, wide_, num_text_rows(), query_.data());
  const auto num_texts = static_cast<std::int64_t>(texts_.size());
  team.for_each(num_texts * config_.num_heads, [&](std::int64_t item) {
    attend_text(team, index, item / config_.num_heads, item % config_.num_heads);
  });
  round(team, attended_, num_text_rows(), wide_);
  multiply(team, layer.cross_out, wide_, num_text_rows(), out_.data());
}

void PackedDecoder::feed_forward(TeamMember& team, const PackedLayer& layer) {
  team.for_each(num_rows(), [&](std::int64_t row) {
    float* x = x_.data() + row * width_;
    if (text_row(row) != kNoText) kernels_.add(out_.data() + text_row(row) * width_, width_, x);
    normalise(team, layer.ffn_norm, x, row);
  });
  multiply(team, layer.fc1, wide_, num_rows(), hidden_.data(), Epilogue::gelu);
  round(team, hidden_, num_rows(), deep_);
  multiply(team, layer.fc2, deep_, num_rows(), out_.data());
  team.for_each(num_rows(), [&](std::int64_t row) {
    kernels_.add(out_.data() + row * width_, width_, x_.data() + row * width_);
  });
}

void PackedDecoder::run_heads(TeamMember& team, bool only_last, float* logits) {
  const std::int64_t rows = only_last ? batch_ : num_rows();
  team.for_each(rows, [&](std::int64_t row) {
    const std::int64_t source = only_last ? (row + 1) * num_columns_ - 1 : row;
    normalise(team, weights_.final_norm, x_.data() + source * width_, row);
  });
  multiply(team, weights_.heads, wide_, rows, logits);
}

// A column sees the columns before it and itself; writing them in order is the causal mask.
void PackedDecoder::attend_self(const TeamMember& team, std::int64_t index, std::int64_t row,
                                std::int64_t head) {
  for (std::int64_t column = 0; column < num_columns_; ++column) {
    const std::int64_t place = row * num_columns_ + column, position = length_ + column;
    const float* query = qkv_.data() + place * 3 * width_ + head * head_width_;
    cache_.put(index, row, head, position, query + width_, query + 2 * width_);
    cache_.attend(index, row, head, position + 1, query, scratch(team),
                  attended_.data() + place * width_ + head * head_width_, kernels_);
  }
}

void PackedDecoder::attend_text(const TeamMember& team, std::int64_t index, std::int64_t text,
                                std::int64_t head) {
  const std::int64_t length = texts_[static_cast<std::size_t>(text)].length;
  for (std::int64_t column = 0; column < num_columns_; ++column) {
    const std::int64_t offset = (text * num_columns_ + column) * width_ + head * head_width_;
    text_cache_.attend(index, text, head, length, query_.data() + offset, scratch(team),
                       attended_.data() + offset, kernels_);
  }
}

void PackedDecoder::normalise(const TeamMember& team, const PackedNorm& norm, const float* x,
                              std::int64_t prepared_row) {
  float* normal = scratch(team);
  kernels_.layer_norm(x, norm.weight.data(), norm.bias.data(), width_, kEpsilon, normal);
  wide_.prepare(prepared_row, normal);
}

void PackedDecoder::multiply(TeamMember& team, const PackedLinear& linear, const PreparedRows& in,
                             std::int64_t rows, float* out, Epilogue epilogue) const {
  team.for_each(linear.num_groups(), [&](std::int64_t group) {
    linear.apply_group(group, in, rows, out, linear.outputs(), epilogue, kernels_);
  });
}

void PackedDecoder::round(TeamMember& team, const std::vector<float>& rows, std::int64_t num_rows,
                          PreparedRows& out) const {
  team.for_each(num_rows,
                [&](std::int64_t row) { out.prepare(row, rows.data() + row * out.inputs()); });
}

std::int64_t PackedDecoder::text_row(std::int64_t row) const {
  const std::int64_t text = text_of_row_[static_cast<std::size_t>(row / num_columns_)];
  return text == kNoText ? kNoText : text * num_columns_ + row % num_columns_;
}

at::Tensor PackedDecoder::residual() const {
  at::Tensor copy = at::empty({batch_, num_columns_, width_});
  std::copy_n(x_.data(), copy.numel(), copy.mutable_data_ptr<float>());
  return copy;
}

at::Tensor PackedDecoder::final_state() const {
  at::Tensor state = residual();
  for (std::int64_t row = 0; row < num_rows(); ++row) {
    float* x = state.mutable_data_ptr<float>() + row * width_;
    kernels_.layer_norm(x, weights_.final_norm.weight.data(), weights_.final_norm.bias.data(),
                        width_, kEpsilon, x);
  }
  return state;
}

}  // namespace cadenza

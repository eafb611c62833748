#include "models/musicgen/cpu_decoder.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "lib/error.h"
#include "models/musicgen/sinusoid.h"

namespace cadenza {

namespace {

constexpr float kNormEpsilon = 1e-5f;

// A prefill goes through the layers in bites of about so many lanes: enough for the products to be
// bound by arithmetic, few enough for the buffers to stay in the cache.
constexpr std::int64_t kLanesPerBite = 48;

}  // namespace

// Where work on whole rows is done: one thread's own while lanes are few, else the first for all.
struct CpuDecoder::Desk {
  Desk(std::int64_t num_lanes, const DecoderConfig& config, const CpuDecoderWeights& weights,
       const KernelTable& kernels)
      : hidden(num_lanes * config.hidden_size),
        normed(num_lanes * config.hidden_size),
        narrow(weights.layers[0].qkv.format(), num_lanes, config.hidden_size, kernels),
        wide(weights.layers[0].ffn_out.format(), num_lanes, config.ffn_dim, kernels),
        head_input(weights.heads.format(), num_lanes, config.hidden_size, kernels) {}

  std::vector<float> hidden;  // (lanes, D): the residual stream
  std::vector<float> normed;  // (lanes, D)
  PreparedRows narrow, wide, head_input;
};

// What the threads hand each other: written in one phase, read after its barrier. Sized by reset();
// nothing is allocated between columns.
struct CpuDecoder::Buffers {
  Buffers(std::int64_t num_lanes, const DecoderConfig& config)
      : qkv(num_lanes * 3 * config.hidden_size),
        attended(num_lanes * config.hidden_size),
        projected(num_lanes * config.hidden_size),
        inner(num_lanes * config.ffn_dim) {}

  std::vector<Desk> desks;       // by thread
  std::vector<float> qkv;        // (lanes, 3 D); cross-attention's queries in the first (lanes, D)
  std::vector<float> attended;   // (lanes, D): heads together
  std::vector<float> projected;  // (lanes, D): what is to be added to hidden
  std::vector<float> inner;      // (lanes, FFN)
  std::vector<std::vector<float>> scratch;  // by thread, for attention
};

CpuDecoder::CpuDecoder(const DecoderConfig& config, const WeightReader& weights,
                       const Options& options)
    : config_(config),
      kernels_(kernel_table(options.instruction_set)),
      pool_(options.num_threads),
      weights_(config, weights, options.format, pool_),
      cache_format_(options.format == WeightFormat::fp32 ? CacheFormat::fp32 : CacheFormat::bf16) {}

CpuDecoder::~CpuDecoder() = default;

void CpuDecoder::reset(const std::vector<std::span<const float>>& contexts,
                       std::int64_t max_steps) {
  const std::int64_t width = config_.hidden_size;
  const auto rows = static_cast<std::int64_t>(contexts.size());
  if (rows == 0) fail(ErrorKind::internal, "decoder: reset without rows");
  std::int64_t longest_text = 1;
  for (const auto& context : contexts)
    longest_text = std::max(longest_text, static_cast<std::int64_t>(context.size()) / width);

  PanelCache::Sizes sizes{config_.num_layers, rows,      config_.num_heads,
                          head_width(),       max_steps, cache_format_};
  if (!(cache_.sizes() == sizes)) cache_ = PanelCache(sizes);
  sizes.capacity = longest_text;
  if (!(text_cache_.sizes() == sizes)) text_cache_ = PanelCache(sizes);

  if (max_steps > max_steps_) {
    positions_.resize(static_cast<std::size_t>(max_steps * width));
    pool_.for_each(max_steps, [&](std::int64_t position) {
      write_sinusoid(position, {&positions_[position * width], static_cast<std::size_t>(width)});
    });
  }
  max_steps_ = std::max(max_steps, max_steps_);

  const std::int64_t num_lanes = std::max(rows, kLanesPerBite);
  buffers_ = std::make_unique<Buffers>(num_lanes, config_);
  for (int thread = 0; thread < pool_.size(); ++thread)
    buffers_->desks.emplace_back(thread == 0 ? num_lanes : kLanesOnOwnDesk, config_, weights_,
                                 kernels_);
  const std::int64_t scratch =
      attention_scratch_floats(head_width(), std::max(max_steps, longest_text));
  buffers_->scratch.assign(pool_.size(), std::vector<float>(static_cast<std::size_t>(scratch)));
  lanes_.reserve(static_cast<std::size_t>(num_lanes));
  cross_lanes_.reserve(static_cast<std::size_t>(num_lanes));

  text_lengths_.assign(static_cast<std::size_t>(rows), 0);
  for (std::int64_t row = 0; row < rows; ++row) reset_row(row, contexts[row]);
}

void CpuDecoder::reset_row(std::int64_t row, std::span<const float> context) {
  const std::int64_t width = config_.hidden_size;
  const auto length = static_cast<std::int64_t>(context.size()) / width;
  if (length > text_cache_.sizes().capacity || length * width != std::ssize(context))
    fail(ErrorKind::internal,
         "decoder: a text of " + std::to_string(context.size()) + " values does not fit its row");
  cache_.clear_row(row);
  text_cache_.clear_row(row);
  text_lengths_[row] = length;
  if (length == 0) return;
  std::vector<float> keys_values(static_cast<std::size_t>(length * 2 * width));
  for (std::int64_t layer = 0; layer < config_.num_layers; ++layer) {
    weights_.layers[layer].cross_kv.apply(context.data(), length, keys_values.data(), pool_,
                                          kernels_);
    for (std::int64_t head = 0; head < config_.num_heads; ++head)
      for (std::int64_t token = 0; token < length; ++token) {
        const float* key = &keys_values[token * 2 * width + head * head_width()];
        text_cache_.put(layer, row, head, token, key, key + width);
      }
  }
}

void CpuDecoder::expect_tokens(const std::int64_t* tokens, std::int64_t num_columns) const {
  for (std::int64_t row = 0; row < num_rows(); ++row)
    if (cache_.length(row) + num_columns > cache_.sizes().capacity)
      fail(ErrorKind::internal, "decoder: more columns were fed than reset was told");
  const std::int64_t count = num_rows() * config_.num_codebooks * num_columns;
  for (std::int64_t i = 0; i < count; ++i)
    if (tokens[i] < 0 || tokens[i] > config_.special_token())
      fail(ErrorKind::internal, "decoder: no embedding for token " + std::to_string(tokens[i]));
}

void CpuDecoder::prefill(const std::int64_t* tokens, std::int64_t num_columns, float* logits) {
  expect_tokens(tokens, num_columns);
  token_stride_ = num_columns;
  const std::int64_t bite = std::max<std::int64_t>(1, kLanesPerBite / num_rows());
  for (std::int64_t first = 0; first < num_columns; first += bite) {
    plan_lanes(tokens, num_columns, first, std::min(bite, num_columns - first));
    forward(first + lanes_per_row_ == num_columns ? logits : nullptr);
    for (std::int64_t row = 0; row < num_rows(); ++row)
      cache_.set_length(row, cache_.length(row) + lanes_per_row_);
  }
}

void CpuDecoder::plan_lanes(const std::int64_t* tokens, std::int64_t num_columns,
                            std::int64_t first, std::int64_t count) {
  lanes_.clear();
  cross_lanes_.clear();
  lanes_per_row_ = count;
  for (std::int64_t row = 0; row < num_rows(); ++row) {
    const std::int64_t* of_row = tokens + row * config_.num_codebooks * num_columns;
    for (std::int64_t column = 0; column < count; ++column) {
      std::int64_t cross_lane = -1;
      if (text_lengths_[row] > 0) {
        cross_lane = std::ssize(cross_lanes_);
        cross_lanes_.push_back(std::ssize(lanes_));
      }
      lanes_.push_back({row, cache_.length(row) + column, of_row + first + column, cross_lane});
    }
  }
}

void CpuDecoder::forward(float* logits) {
  pool_.run([&](TeamMember& team) {
    embed(team);
    for (std::int64_t layer = 0; layer < config_.num_layers; ++layer) {
      self_attention(team, layer);
      if (!cross_lanes_.empty()) cross_attention(team, layer);
      feed_forward(team, layer);
    }
    if (logits) write_logits(team, logits);
  });
}

CpuDecoder::Desk& CpuDecoder::desk_of(const TeamMember& team) {
  return buffers_->desks[has_own_desks() ? team.index() : 0];
}

// Every member for all rows on its own desk, or all members together on the first.
template <typename Body>
void CpuDecoder::for_each_row(TeamMember& team, std::int64_t count, Body body) {
  if (!has_own_desks()) return team.for_each(count, body);
  for (std::int64_t row = 0; row < count; ++row) body(row);
}

// hidden += row `projected` of the last product (-1: none), then normed = norm(hidden).
void CpuDecoder::add_and_norm(Desk& desk, std::int64_t lane, std::int64_t projected,
                              const NormWeights& norm) {
  const std::int64_t width = config_.hidden_size;
  float* hidden = &desk.hidden[lane * width];
  if (projected >= 0) kernels_.add(&buffers_->projected[projected * width], width, hidden);
  kernels_.layer_norm(hidden, norm.weight.data(), norm.bias.data(), width, kNormEpsilon,
                      &desk.normed[lane * width]);
}

// The codebooks' embeddings, added in their order, then the position.
void CpuDecoder::embed(TeamMember& team) {
  const std::int64_t width = config_.hidden_size, table = (config_.vocab_size + 1) * width;
  Desk& desk = desk_of(team);
  for_each_row(team, std::ssize(lanes_), [&](std::int64_t index) {
    const Lane& lane = lanes_[index];
    float* hidden = &desk.hidden[index * width];
    std::fill_n(hidden, width, 0.0f);
    for (std::int64_t k = 0; k < config_.num_codebooks; ++k)
      kernels_.add(&weights_.embeddings[k * table + lane.tokens[k * token_stride_] * width], width,
                   hidden);
    kernels_.add(&positions_[lane.position * width], width, hidden);
  });
}

void CpuDecoder::self_attention(TeamMember& team, std::int64_t index) {
  Buffers& b = *buffers_;
  Desk& desk = desk_of(team);
  const CpuLayerWeights& layer = weights_.layers[index];
  const std::int64_t width = config_.hidden_size, lanes = std::ssize(lanes_);
  for_each_row(team, lanes, [&](std::int64_t lane) {
    // What waits in `projected` is the feed-forward's of the layer before.
    add_and_norm(desk, lane, index == 0 ? -1 : lane, layer.self_norm);
    desk.narrow.prepare(lane, &desk.normed[lane * width]);
  });
  team.for_each(layer.qkv.num_groups(), [&](std::int64_t group) {
    layer.qkv.apply_group(group, desk.narrow, lanes, b.qkv.data(), 3 * width, Epilogue::none,
                          kernels_);
  });
  float* scratch = b.scratch[team.index()].data();
  team.for_each(num_rows() * config_.num_heads, [&](std::int64_t item) {
    attend_head(index, item / config_.num_heads, item % config_.num_heads, scratch);
  });
  for_each_row(team, lanes,
               [&](std::int64_t lane) { desk.narrow.prepare(lane, &b.attended[lane * width]); });
  team.for_each(layer.self_out.num_groups(), [&](std::int64_t group) {
    layer.self_out.apply_group(group, desk.narrow, lanes, b.projected.data(), width, Epilogue::none,
                               kernels_);
  });
}

// All columns of one row for one head: first written, then each attends to those up to itself.
void CpuDecoder::attend_head(std::int64_t layer, std::int64_t row, std::int64_t head,
                             float* scratch) {
  Buffers& b = *buffers_;
  const std::int64_t width = config_.hidden_size, offset = head * head_width();
  const std::int64_t first = row * lanes_per_row_;
  for (std::int64_t lane = first; lane < first + lanes_per_row_; ++lane) {
    const float* query = &b.qkv[lane * 3 * width + offset];
    cache_.put(layer, row, head, lanes_[lane].position, query + width, query + 2 * width);
  }
  for (std::int64_t lane = first; lane < first + lanes_per_row_; ++lane)
    cache_.attend(layer, row, head, lanes_[lane].position + 1, &b.qkv[lane * 3 * width + offset],
                  scratch, &b.attended[lane * width + offset], kernels_);
}

void CpuDecoder::cross_attention(TeamMember& team, std::int64_t index) {
  Buffers& b = *buffers_;
  Desk& desk = desk_of(team);
  const CpuLayerWeights& layer = weights_.layers[index];
  const std::int64_t width = config_.hidden_size, cross_lanes = std::ssize(cross_lanes_);
  for_each_row(team, std::ssize(lanes_), [&](std::int64_t lane) {
    add_and_norm(desk, lane, lane, layer.cross_norm);
    if (const std::int64_t cross_lane = lanes_[lane].cross_lane; cross_lane >= 0)
      desk.narrow.prepare(cross_lane, &desk.normed[lane * width]);
  });
  team.for_each(layer.cross_q.num_groups(), [&](std::int64_t group) {
    layer.cross_q.apply_group(group, desk.narrow, cross_lanes, b.qkv.data(), width, Epilogue::none,
                              kernels_);
  });
  float* scratch = b.scratch[team.index()].data();
  team.for_each(cross_lanes * config_.num_heads, [&](std::int64_t item) {
    attend_text(index, item / config_.num_heads, item % config_.num_heads, scratch);
  });
  for_each_row(team, cross_lanes,
               [&](std::int64_t lane) { desk.narrow.prepare(lane, &b.attended[lane * width]); });
  team.for_each(layer.cross_out.num_groups(), [&](std::int64_t group) {
    layer.cross_out.apply_group(group, desk.narrow, cross_lanes, b.projected.data(), width,
                                Epilogue::none, kernels_);
  });
}

void CpuDecoder::attend_text(std::int64_t layer, std::int64_t cross_lane, std::int64_t head,
                             float* scratch) {
  Buffers& b = *buffers_;
  const std::int64_t row = lanes_[cross_lanes_[cross_lane]].row;
  const std::int64_t offset = cross_lane * config_.hidden_size + head * head_width();
  text_cache_.attend(layer, row, head, text_lengths_[row], &b.qkv[offset], scratch,
                     &b.attended[offset], kernels_);
}

void CpuDecoder::feed_forward(TeamMember& team, std::int64_t index) {
  Buffers& b = *buffers_;
  Desk& desk = desk_of(team);
  const CpuLayerWeights& layer = weights_.layers[index];
  const std::int64_t width = config_.hidden_size, ffn = config_.ffn_dim;
  const std::int64_t lanes = std::ssize(lanes_);
  const bool has_text = !cross_lanes_.empty();
  for_each_row(team, lanes, [&](std::int64_t lane) {
    // What waits in `projected` is cross-attention's, by its own lanes, if that has run.
    add_and_norm(desk, lane, has_text ? lanes_[lane].cross_lane : lane, layer.ffn_norm);
    desk.narrow.prepare(lane, &desk.normed[lane * width]);
  });
  team.for_each(layer.ffn_in.num_groups(), [&](std::int64_t group) {
    layer.ffn_in.apply_group(group, desk.narrow, lanes, b.inner.data(), ffn, Epilogue::gelu,
                             kernels_);
  });
  for_each_row(team, lanes,
               [&](std::int64_t lane) { desk.wide.prepare(lane, &b.inner[lane * ffn]); });
  team.for_each(layer.ffn_out.num_groups(), [&](std::int64_t group) {
    layer.ffn_out.apply_group(group, desk.wide, lanes, b.projected.data(), width, Epilogue::none,
                              kernels_);
  });
}

// Of each row's last lane.
void CpuDecoder::write_logits(TeamMember& team, float* logits) {
  Desk& desk = desk_of(team);
  for_each_row(team, num_rows(), [&](std::int64_t row) {
    const std::int64_t lane = (row + 1) * lanes_per_row_ - 1;
    add_and_norm(desk, lane, lane, weights_.final_norm);
    desk.head_input.prepare(row, &desk.normed[lane * config_.hidden_size]);
  });
  team.for_each(weights_.heads.num_groups(), [&](std::int64_t group) {
    weights_.heads.apply_group(group, desk.head_input, num_rows(), logits, weights_.heads.outputs(),
                               Epilogue::none, kernels_);
  });
}

}  // namespace cadenza

#include "models/musicgen/cpu_decoder.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
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
      weights_(config, weights, options.format, pool_, options.packs),
      cache_format_(options.format == WeightFormat::fp32 ? CacheFormat::fp32 : CacheFormat::bf16) {}

CpuDecoder::~CpuDecoder() = default;

void CpuDecoder::reserve(std::int64_t num_rows) {
  if (num_rows == 0) fail(ErrorKind::internal, "decoder: no rows");
  rows_.clear();
  rows_.resize(static_cast<std::size_t>(num_rows));
  all_rows_.resize(rows_.size());
  std::iota(all_rows_.begin(), all_rows_.end(), 0);

  const std::int64_t num_lanes = std::max(num_rows, kLanesPerBite);
  buffers_ = std::make_unique<Buffers>(num_lanes, config_);
  for (int thread = 0; thread < pool_.size(); ++thread)
    buffers_->desks.emplace_back(thread == 0 ? num_lanes : kLanesOnOwnDesk, config_, weights_,
                                 kernels_);
  buffers_->scratch.resize(static_cast<std::size_t>(pool_.size()));
  lanes_.reserve(static_cast<std::size_t>(num_lanes));
  cross_lanes_.reserve(static_cast<std::size_t>(num_lanes));
}

void CpuDecoder::reset(const std::vector<std::span<const float>>& contexts,
                       std::int64_t max_steps) {
  reserve(std::ssize(contexts));
  for (std::int64_t row = 0; row < num_rows(); ++row) begin_row(row, contexts[row], max_steps);
}

PanelCache::Sizes CpuDecoder::cache_sizes(std::int64_t capacity) const {
  return {config_.num_layers, config_.num_heads, head_width(), capacity, cache_format_};
}

void CpuDecoder::begin_row(std::int64_t row, std::span<const float> context,
                           std::int64_t max_steps) {
  Row& state = rows_[row];
  const PanelCache::Sizes sizes = cache_sizes(max_steps);
  if (state.columns.sizes() == sizes)
    state.columns.clear();
  else
    state.columns = PanelCache(sizes);
  read_text(state.text, context);
  grow_positions(max_steps);
  grow_scratch(std::max(max_steps, state.text.length()));
}

void CpuDecoder::end_row(std::int64_t row) { rows_[row] = {}; }

// The text's keys and values, once for all steps.
void CpuDecoder::read_text(PanelCache& text, std::span<const float> context) {
  const std::int64_t width = config_.hidden_size;
  const std::int64_t length = std::ssize(context) / width;
  if (length * width != std::ssize(context))
    fail(ErrorKind::internal, "decoder: " + std::to_string(context.size()) +
                                  " values are no text of " + std::to_string(width) + " wide");
  text = {};
  if (length == 0) return;
  text = PanelCache(cache_sizes(length));
  std::vector<float> keys_values(static_cast<std::size_t>(length * 2 * width));
  for (std::int64_t layer = 0; layer < config_.num_layers; ++layer) {
    weights_.layers[layer].cross_kv.apply(context.data(), length, keys_values.data(), pool_,
                                          kernels_);
    for (std::int64_t head = 0; head < config_.num_heads; ++head)
      for (std::int64_t token = 0; token < length; ++token) {
        const float* key = &keys_values[token * 2 * width + head * head_width()];
        text.put(layer, head, token, key, key + width);
      }
  }
  text.set_length(length);
}

void CpuDecoder::grow_positions(std::int64_t max_steps) {
  const std::int64_t width = config_.hidden_size, known = std::ssize(positions_) / width;
  if (max_steps <= known) return;
  positions_.resize(static_cast<std::size_t>(max_steps * width));
  pool_.for_each(max_steps - known, [&](std::int64_t item) {
    const std::int64_t position = known + item;
    write_sinusoid(position, {&positions_[position * width], static_cast<std::size_t>(width)});
  });
}

void CpuDecoder::grow_scratch(std::int64_t length) {
  const auto size = static_cast<std::size_t>(attention_scratch_floats(head_width(), length));
  for (auto& scratch : buffers_->scratch) scratch.resize(std::max(scratch.size(), size));
}

void CpuDecoder::expect_tokens(std::span<const std::int64_t> rows, const std::int64_t* tokens,
                               std::int64_t num_columns) const {
  for (const std::int64_t row : rows)
    if (cache(row).length() + num_columns > cache(row).sizes().capacity)
      fail(ErrorKind::internal, "decoder: more columns were fed than its row was begun for");
  const std::int64_t count = std::ssize(rows) * config_.num_codebooks * num_columns;
  for (std::int64_t i = 0; i < count; ++i)
    if (tokens[i] < 0 || tokens[i] > config_.special_token())
      fail(ErrorKind::internal, "decoder: no embedding for token " + std::to_string(tokens[i]));
}

void CpuDecoder::feed(std::span<const std::int64_t> rows, const std::int64_t* tokens,
                      std::int64_t num_columns, float* logits) {
  expect_tokens(rows, tokens, num_columns);
  token_stride_ = num_columns;
  num_fed_rows_ = std::ssize(rows);
  const std::int64_t bite = std::max<std::int64_t>(1, kLanesPerBite / num_fed_rows_);
  for (std::int64_t first = 0; first < num_columns; first += bite) {
    plan_lanes(rows, tokens, num_columns, first, std::min(bite, num_columns - first));
    forward(first + lanes_per_row_ == num_columns ? logits : nullptr);
    for (const std::int64_t row : rows)
      rows_[row].columns.set_length(cache(row).length() + lanes_per_row_);
  }
}

void CpuDecoder::plan_lanes(std::span<const std::int64_t> rows, const std::int64_t* tokens,
                            std::int64_t num_columns, std::int64_t first, std::int64_t count) {
  lanes_.clear();
  cross_lanes_.clear();
  lanes_per_row_ = count;
  const std::int64_t* of_row = tokens;
  for (const std::int64_t index : rows) {
    Row& row = rows_[index];
    for (std::int64_t column = 0; column < count; ++column) {
      std::int64_t cross_lane = -1;
      if (row.has_text()) {
        cross_lane = std::ssize(cross_lanes_);
        cross_lanes_.push_back(std::ssize(lanes_));
      }
      lanes_.push_back({&row, row.columns.length() + column, of_row + first + column, cross_lane});
    }
    of_row += config_.num_codebooks * num_columns;
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
  team.for_each(num_fed_rows_ * config_.num_heads, [&](std::int64_t item) {
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
void CpuDecoder::attend_head(std::int64_t layer, std::int64_t index, std::int64_t head,
                             float* scratch) {
  Buffers& b = *buffers_;
  const std::int64_t width = config_.hidden_size, offset = head * head_width();
  const std::int64_t first = index * lanes_per_row_;
  PanelCache& columns = lanes_[first].row->columns;
  for (std::int64_t lane = first; lane < first + lanes_per_row_; ++lane) {
    const float* query = &b.qkv[lane * 3 * width + offset];
    columns.put(layer, head, lanes_[lane].position, query + width, query + 2 * width);
  }
  for (std::int64_t lane = first; lane < first + lanes_per_row_; ++lane)
    columns.attend(layer, head, lanes_[lane].position + 1, &b.qkv[lane * 3 * width + offset],
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
  const PanelCache& text = lanes_[cross_lanes_[cross_lane]].row->text;
  const std::int64_t offset = cross_lane * config_.hidden_size + head * head_width();
  text.attend(layer, head, text.length(), &b.qkv[offset], scratch, &b.attended[offset], kernels_);
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
  for_each_row(team, num_fed_rows_, [&](std::int64_t row) {
    const std::int64_t lane = (row + 1) * lanes_per_row_ - 1;
    add_and_norm(desk, lane, lane, weights_.final_norm);
    desk.head_input.prepare(row, &desk.normed[lane * config_.hidden_size]);
  });
  team.for_each(weights_.heads.num_groups(), [&](std::int64_t group) {
    weights_.heads.apply_group(group, desk.head_input, num_fed_rows_, logits,
                               weights_.heads.outputs(), Epilogue::none, kernels_);
  });
}

}  // namespace cadenza

// The decoder transformer on the CPU, without libtorch: the fast path of LanguageModel.
//
// The same network as language_model.h describes, over packed weights and a cache in panels
// (models/kernels/cpu). One column through all layers is one region of the thread pool; inside it
// a layer is eight short phases with a barrier after each,
//
//     q k v | attention | out |   q | attention | out |   fc1, gelu | fc2
//
// and before most of them some work on whole rows: add, norm, round. While rows are few every
// thread does that for all of them on a desk of its own, because a barrier costs more than a norm;
// when they are many it is shared out, as a phase more.
//
// Silently load-bearing: a lane (one column of one row) is computed by operations that depend on it
// alone, so its logits are the same bits in any batch, in a prefill or a step, with any number of
// threads. Null rows skip cross-attention. The residual stream, norms and logits are fp32.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"
#include "models/kernels/cpu/kernel_table.h"
#include "models/kernels/cpu/panel_cache.h"
#include "models/kernels/cpu/thread_pool.h"
#include "models/musicgen/cpu_decoder_weights.h"

namespace cadenza {

class CpuDecoder {
 public:
  struct Options {
    WeightFormat format = WeightFormat::bf16;  // all but fp32 keep keys and values in bf16
    int num_threads = 1;
    InstructionSet instruction_set = best_instruction_set();
    PackCache* packs = nullptr;  // as CpuDecoderWeights has it
  };

  // Throws what WeightReader::read throws, and Error(temporary) for want of memory or threads.
  CpuDecoder(const DecoderConfig& config, const WeightReader& weights, const Options& options);
  ~CpuDecoder();

  // Makes room for `num_rows` streams, none of them begun, and forgets those before.
  void reserve(std::int64_t num_rows);

  // Begins a stream in row `row` and leaves the others where they are: rows may stand at different
  // positions. context: the row's projected text (L, D) without padding; an empty one makes a null
  // stream. max_steps: columns that will be fed to it in all. Throws Error(temporary) for want of
  // memory.
  void begin_row(std::int64_t row, std::span<const float> context, std::int64_t max_steps);

  // Gives a row's memory back.
  void end_row(std::int64_t row);

  // tokens (R, K, S) int64 for the R rows named, ids up to the special token -> logits of the last
  // column (R, K, V); nullptr when they are not wanted. Several columns give the same bits as one
  // after the other. Allocates nothing.
  void feed(std::span<const std::int64_t> rows, const std::int64_t* tokens,
            std::int64_t num_columns, float* logits);

  // One stream per context, side by side, and all rows fed alike.
  void reset(const std::vector<std::span<const float>>& contexts, std::int64_t max_steps);
  void prefill(const std::int64_t* tokens, std::int64_t num_columns, float* logits) {
    feed(all_rows_, tokens, num_columns, logits);
  }
  void step(const std::int64_t* tokens, float* logits) { prefill(tokens, 1, logits); }

  std::int64_t num_rows() const { return std::ssize(rows_); }
  const CpuDecoderWeights& weights() const { return weights_; }
  const PanelCache& cache(std::int64_t row) const { return rows_[row].columns; }
  CacheFormat cache_format() const { return cache_format_; }
  ThreadPool& pool() { return pool_; }

 private:
  static constexpr std::int64_t kLanesOnOwnDesk = 4;

  struct Row {
    PanelCache columns, text;
    bool has_text() const { return text.length() > 0; }  // else a null stream
  };

  // One column of one row on its way through the layers.
  struct Lane {
    Row* row;
    std::int64_t position;
    const std::int64_t* tokens;  // of codebook 0; the next ones lie token_stride_ further
    std::int64_t cross_lane;     // its place among the lanes that have text; -1: none
  };
  struct Desk;
  struct Buffers;

  void plan_lanes(std::span<const std::int64_t> rows, const std::int64_t* tokens,
                  std::int64_t num_columns, std::int64_t first, std::int64_t count);
  // logits: of the last column, or nullptr when it is not among the lanes.
  void forward(float* logits);
  void embed(TeamMember& team);
  void self_attention(TeamMember& team, std::int64_t layer);
  void cross_attention(TeamMember& team, std::int64_t layer);
  void feed_forward(TeamMember& team, std::int64_t layer);
  void write_logits(TeamMember& team, float* logits);

  bool has_own_desks() const { return std::ssize(lanes_) <= kLanesOnOwnDesk; }
  Desk& desk_of(const TeamMember& team);
  template <typename Body>
  void for_each_row(TeamMember& team, std::int64_t count, Body body);
  void add_and_norm(Desk& desk, std::int64_t lane, std::int64_t projected, const NormWeights& norm);

  void attend_head(std::int64_t layer, std::int64_t index, std::int64_t head, float* scratch);
  void attend_text(std::int64_t layer, std::int64_t cross_lane, std::int64_t head, float* scratch);
  void expect_tokens(std::span<const std::int64_t> rows, const std::int64_t* tokens,
                     std::int64_t num_columns) const;
  void read_text(PanelCache& text, std::span<const float> context);
  void grow_positions(std::int64_t max_steps);
  void grow_scratch(std::int64_t length);
  PanelCache::Sizes cache_sizes(std::int64_t capacity) const;
  std::int64_t head_width() const { return config_.hidden_size / config_.num_heads; }

  const DecoderConfig config_;
  const KernelTable& kernels_;
  ThreadPool pool_;
  CpuDecoderWeights weights_;
  CacheFormat cache_format_;

  std::vector<Row> rows_;
  std::vector<std::int64_t> all_rows_;  // 0, 1, 2, ...
  std::vector<float> positions_;        // (longest row so far, D)

  std::vector<Lane> lanes_;  // of the forward in progress: the lanes of a row side by side
  std::int64_t lanes_per_row_ = 0, num_fed_rows_ = 0;
  std::int64_t token_stride_ = 0;
  std::vector<std::int64_t> cross_lanes_;  // lanes that have text
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace cadenza

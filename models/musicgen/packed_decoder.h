// The decoder's blocks on a CPU, over packed weights: one region of the thread pool for a forward
// pass, and in it phases with a barrier after each. Per block:
//
//     norm | q k v | attend | round | out | add, norm | q | attend text | round | out |
//     add, norm | fc1, gelu | round | fc2 | add
//
// A row's bits depend on the row alone: not on the rows beside it, on the number of threads, or on
// whether its columns came in a prefill or one by one. aten_layer.h is the same block in its
// readable form.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"
#include "models/kernels/cpu/packed_linear.h"
#include "models/kernels/cpu/panel_cache.h"
#include "models/kernels/cpu/thread_pool.h"
#include "models/musicgen/decoder_backend.h"
#include "models/musicgen/packed_weights.h"

namespace cadenza {

class PackedDecoder final : public DecoderBackend {
 public:
  // format: of the matrices. fp32 keeps its cache in fp32, every other format in bf16; norms,
  // residual, softmax and logits are fp32 always.
  PackedDecoder(const DecoderConfig& config, const WeightReader& weights, WeightFormat format,
                int num_threads);

  void reset(std::int64_t batch, std::int64_t max_steps,
             const std::vector<RowContext>& texts) override;
  at::Tensor forward(const at::Tensor& x, bool only_last, LayerStates* states) override;
  std::int64_t length() const override { return length_; }
  void forget_columns() override { length_ = 0; }

 private:
  static constexpr std::int64_t kNoText = -1;

  // The text of one batch row that has one.
  struct Text {
    std::int64_t row, length;
  };

  void remember_texts(const std::vector<RowContext>& texts);
  void make_room(std::int64_t rows);

  // x_ holds the columns of one pass; each of these is called by every thread of the team.
  void run_block(TeamMember& team, std::int64_t index);
  void self_attention(TeamMember& team, const PackedLayer& layer, std::int64_t index);
  void cross_attention(TeamMember& team, const PackedLayer& layer, std::int64_t index);
  void feed_forward(TeamMember& team, const PackedLayer& layer);
  void run_heads(TeamMember& team, bool only_last, float* logits);
  at::Tensor run_pass(const at::Tensor& x, bool only_last, LayerStates* states);
  at::Tensor residual() const;
  at::Tensor final_state() const;

  void attend_self(const TeamMember& team, std::int64_t index, std::int64_t row, std::int64_t head);
  void attend_text(const TeamMember& team, std::int64_t index, std::int64_t text,
                   std::int64_t head);
  void normalise(const TeamMember& team, const PackedNorm& norm, const float* x,
                 std::int64_t prepared_row);
  void multiply(TeamMember& team, const PackedLinear& linear, const PreparedRows& in,
                std::int64_t rows, float* out, Epilogue epilogue = Epilogue::none) const;
  void round(TeamMember& team, const std::vector<float>& rows, std::int64_t num_rows,
             PreparedRows& out) const;

  std::int64_t num_rows() const { return batch_ * num_columns_; }
  std::int64_t num_text_rows() const {
    return static_cast<std::int64_t>(texts_.size()) * num_columns_;
  }
  // Row of the text rows that belongs to row `row` of x_, or kNoText.
  std::int64_t text_row(std::int64_t row) const;
  float* scratch(const TeamMember& team) {
    return scratch_[static_cast<std::size_t>(team.index())].data();
  }

  const DecoderConfig config_;
  const std::int64_t width_, head_width_;
  const WeightFormat format_;
  const KernelTable& kernels_;
  ThreadPool pool_;
  const PackedWeights weights_;

  // Of the streams begun by reset.
  std::int64_t batch_ = 0, length_ = 0, num_columns_ = 0;
  PanelCache cache_, text_cache_;
  std::vector<Text> texts_;
  std::vector<std::int64_t> text_of_row_;  // batch row -> place in texts_, or kNoText

  // What flows between phases, row by row: (rows, …). Row b * columns + s is column s of row b.
  std::int64_t room_ = 0;
  std::vector<float> x_, qkv_, query_, attended_, out_, hidden_;
  PreparedRows wide_, deep_;                 // D and ffn_dim inputs
  std::vector<std::vector<float>> scratch_;  // by thread
};

}  // namespace cadenza

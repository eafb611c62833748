#include "models/musicgen/packed_decode.h"

#include <algorithm>
#include <utility>

namespace cadenza {

namespace {

constexpr int kRowsPerSlot = 2;

}  // namespace

PackedDecode::PackedDecode(CpuDecoder& decoder, const DecoderConfig& config, int num_slots)
    : decoder_(decoder), config_(config), slots_(static_cast<std::size_t>(num_slots)) {
  const std::size_t num_rows = slots_.size() * kRowsPerSlot;
  const auto codebooks = static_cast<std::size_t>(config.num_codebooks);
  decoder_.reserve(static_cast<std::int64_t>(num_rows));
  rows_.reserve(num_rows);
  tokens_.reserve(num_rows * codebooks);
  stepping_.reserve(slots_.size());
  first_rows_.reserve(slots_.size());
  logits_.resize(num_rows * codebooks * static_cast<std::size_t>(config.vocab_size));
}

int PackedDecode::num_running() const {
  return static_cast<int>(
      std::ranges::count_if(slots_, [](const Slot& slot) { return slot.score.has_value(); }));
}

std::optional<int> PackedDecode::free_slot() const {
  const auto slot = std::ranges::find_if(slots_, [](const Slot& s) { return !s.score; });
  if (slot == slots_.end()) return std::nullopt;
  return static_cast<int>(slot - slots_.begin());
}

void PackedDecode::begin(int index, TrackScore score, bool is_guided, std::span<const float> text) {
  const std::int64_t max_steps = score.num_steps() - 1, row = index * kRowsPerSlot;
  try {
    decoder_.begin_row(row, text, max_steps);
    if (is_guided) decoder_.begin_row(row + 1, {}, max_steps);
  } catch (const Error&) {
    end(index);
    throw;
  }
  Slot& slot = slots_[index];
  slot = {std::move(score), is_guided, 1, std::nullopt, {}};
  slot.draw_failures.resize(static_cast<std::size_t>(config_.num_codebooks));
  slot.next_step = slot.score->first_step();
  feed_prompt(index);
}

// All columns that are known but the last, whose logits the first draw needs.
void PackedDecode::feed_prompt(int index) {
  const Slot& slot = slots_[index];
  const std::int64_t num_columns = slot.next_step - 1, codebooks = config_.num_codebooks;
  if (num_columns == 0) return;
  rows_.clear();
  gather(index, 0);
  std::vector<std::int64_t> tokens;  // (R, K, columns)
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    tokens.resize(tokens.size() + static_cast<std::size_t>(codebooks * num_columns));
    std::int64_t* of_row = tokens.data() + tokens.size() - codebooks * num_columns;
    for (std::int64_t column = 0; column < num_columns; ++column)
      slot.score->read_column(column, of_row + column, num_columns);
  }
  decoder_.feed(rows_, tokens.data(), num_columns, nullptr);
}

void PackedDecode::end(int slot) {
  slots_[slot] = {};
  for (int row = 0; row < kRowsPerSlot; ++row) decoder_.end_row(slot * kRowsPerSlot + row);
}

bool PackedDecode::is_complete(int slot) const {
  return slots_[slot].next_step == slots_[slot].score->num_steps();
}

bool PackedDecode::needs_step(const Slot& slot) const {
  return slot.score && !slot.failure && slot.next_step < slot.score->num_steps();
}

void PackedDecode::gather(int index, std::int64_t column) {
  const Slot& slot = slots_[index];
  const auto codebooks = static_cast<std::size_t>(config_.num_codebooks);
  for (std::size_t row = 0; row < slot.num_rows(); ++row) {
    rows_.push_back(index * kRowsPerSlot + static_cast<std::int64_t>(row));
    tokens_.resize(tokens_.size() + codebooks);
    slot.score->read_column(column, tokens_.data() + tokens_.size() - codebooks);
  }
}

void PackedDecode::step() {
  rows_.clear();
  tokens_.clear();
  stepping_.clear();
  first_rows_.clear();
  for (int slot = 0; slot < num_slots(); ++slot) {
    if (!needs_step(slots_[slot])) continue;
    stepping_.push_back(slot);
    first_rows_.push_back(rows_.size());
    gather(slot, slots_[slot].next_step - 1);
  }
  if (stepping_.empty()) return;
  decoder_.feed(rows_, tokens_.data(), 1, logits_.data());
  // Shared out by codebook, so that all threads are busy even for one track.
  const std::int64_t codebooks = config_.num_codebooks;
  decoder_.pool().for_each(std::ssize(stepping_) * codebooks, [&](std::int64_t item) {
    const std::int64_t index = item / codebooks;
    const auto size = static_cast<std::size_t>(codebooks * config_.vocab_size);
    draw(stepping_[index], static_cast<int>(item % codebooks),
         std::span<const float>(logits_).subspan(first_rows_[index] * size));
  });
  for (const int slot : stepping_) settle(slots_[slot]);
}

// logits: (rows of this slot and those behind, K, V). On any thread: must not throw.
void PackedDecode::draw(int index, int codebook, std::span<const float> logits) {
  Slot& slot = slots_[index];
  const auto size = static_cast<std::size_t>(config_.num_codebooks * config_.vocab_size);
  const auto null = slot.is_guided ? logits.subspan(size, size) : std::span<const float>();
  try {
    slot.score->draw(slot.next_step, codebook, logits.first(size), null);
  } catch (const Error& error) {
    slot.draw_failures[codebook] = error;
  }
}

// The failure of the lowest codebook is told, whichever thread met one first.
void PackedDecode::settle(Slot& slot) {
  const auto failure =
      std::ranges::find_if(slot.draw_failures, [](const auto& error) { return error.has_value(); });
  if (failure == slot.draw_failures.end())
    ++slot.next_step;
  else
    slot.failure = *failure;
}

}  // namespace cadenza

#include "models/musicgen/packed_decode.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/allocation_counter.h"
#include "tests/support/random_values.h"
#include "tests/support/random_weights.h"

namespace cadenza {
namespace {

using testing::random_values;
using testing::RandomDecoderWeights;

using Codes = std::vector<std::int16_t>;

// No size a multiple of a panel or a group.
DecoderConfig odd_config() {
  DecoderConfig config;
  config.hidden_size = 40;
  config.ffn_dim = 72;
  config.num_layers = 2;
  config.num_heads = 2;
  config.vocab_size = 37;
  return config;
}

struct Piece {
  std::int64_t num_frames = 8;
  std::uint64_t seed = 0;
  SamplingSettings sampling;
  std::vector<float> text;
  Codes prompt;
};

TrackScore score_of(const Piece& piece) {
  return {odd_config(), DelayPattern(4, 1, piece.num_frames), piece.sampling, piece.seed,
          piece.prompt};
}

void begin(PackedDecode& decode, int slot, const Piece& piece) {
  decode.begin(slot, score_of(piece), needs_null_stream(piece.sampling, !piece.text.empty()),
               piece.text);
}

// Plays all pieces in the order given, refilling slots as they become free.
std::vector<Codes> play(CpuDecoder& decoder, const std::vector<Piece>& pieces, int num_slots,
                        const std::vector<std::size_t>& order) {
  PackedDecode decode(decoder, odd_config(), num_slots);
  std::vector<Codes> codes(pieces.size());
  std::map<int, std::size_t> playing;
  std::size_t next = 0;
  while (next < order.size() || !playing.empty()) {
    while (next < order.size() && decode.free_slot()) {
      const int slot = *decode.free_slot();
      begin(decode, slot, pieces[order[next]]);
      playing[slot] = order[next++];
    }
    decode.step();
    for (int slot = 0; slot < num_slots; ++slot) {
      if (!playing.contains(slot) || !decode.is_complete(slot)) continue;
      codes[playing[slot]] = decode.codes(slot);
      decode.end(slot);
      playing.erase(slot);
    }
  }
  return codes;
}

Piece random_piece(std::mt19937& random) {
  const auto up_to = [&](int most) { return static_cast<int>(random() % (most + 1)); };
  Piece piece;
  piece.num_frames = 1 + up_to(24);
  piece.seed = random();
  piece.sampling.guidance = up_to(3) == 0 ? 1.0 : 3.0;
  piece.sampling.is_greedy = up_to(3) == 0;
  piece.sampling.top_k = up_to(2) * 5;
  piece.sampling.top_p = up_to(3) == 0 ? 0.8 : 0.0;
  if (up_to(4) > 0) piece.text = random_values((1 + up_to(6)) * odd_config().hidden_size, random());
  for (int i = up_to(3) == 0 ? 4 * up_to(static_cast<int>(piece.num_frames) - 1) : 0; i > 0; --i)
    piece.prompt.push_back(static_cast<std::int16_t>(up_to(36)));
  return piece;
}

TEST_CASE("a track's tokens are the same alone and in any of 240 random batches") {
  const DecoderConfig config = odd_config();
  const RandomDecoderWeights weights(config);
  const auto sets = supported_instruction_sets();
  std::mt19937 random(20);
  for (const WeightFormat format :
       {WeightFormat::fp32, WeightFormat::bf16, WeightFormat::int8, WeightFormat::int4}) {
    for (int batch = 0; batch < 60; ++batch) {
      const InstructionSet set = sets[random() % sets.size()];
      CpuDecoder lone(config, weights, {.format = format, .instruction_set = set});
      CpuDecoder crowd(config, weights,
                       {.format = format,
                        .num_threads = 1 + static_cast<int>(random() % 3),
                        .instruction_set = set});
      std::vector<Piece> pieces(1 + random() % 20);
      std::vector<std::size_t> order;
      std::vector<Codes> alone;
      for (Piece& piece : pieces) {
        piece = random_piece(random);
        order.push_back(order.size());
        alone.push_back(play(lone, {piece}, 1, {0}).front());
      }
      std::shuffle(order.begin(), order.end(), random);
      CAPTURE(batch);
      CAPTURE(std::string(instruction_set_name(set)));
      CHECK(play(crowd, pieces, 1 + static_cast<int>(random() % 16), order) == alone);
    }
  }
}

TEST_CASE("codes begin with the audio prompt, unchanged") {
  const RandomDecoderWeights weights(odd_config());
  CpuDecoder decoder(odd_config(), weights, {});
  Piece piece{.num_frames = 9, .text = random_values(odd_config().hidden_size, 3), .prompt = {}};
  for (std::int16_t i = 0; i < 4 * 5; ++i) piece.prompt.push_back(i);
  const Codes codes = play(decoder, {piece}, 1, {0}).front();
  for (int k = 0; k < 4; ++k)
    for (int t = 0; t < 5; ++t) CHECK(codes[k * 9 + t] == piece.prompt[k * 5 + t]);
}

// Weights of which one embedding is not finite, so that a row which hears that token fails.
class PoisonedWeights final : public WeightReader {
 public:
  explicit PoisonedWeights(const DecoderConfig& config) : weights_(config) {}
  const Shape& shape(std::string_view name) const override { return weights_.shape(name); }
  void read(std::string_view name, std::span<float> out, bool allow) const override {
    weights_.read(name, out, allow);
    if (name.ends_with("embed_tokens.0.weight"))
      out[7 * shape(name)[1]] = std::numeric_limits<float>::quiet_NaN();
  }
  std::vector<std::string> names() const override { return weights_.names(); }

 private:
  RandomDecoderWeights weights_;
};

TEST_CASE("a track whose logits are not finite fails alone, and its slot is as good as new") {
  const PoisonedWeights weights(odd_config());
  CpuDecoder decoder(odd_config(), weights, {.format = WeightFormat::bf16, .num_threads = 2});
  const Piece sick{.num_frames = 12, .prompt = {7, 7, 1, 1, 1, 1, 1, 1}};
  Piece healthy{.num_frames = 12, .prompt = {}};
  // A seed that never draws the poisoned token in codebook 0.
  Codes alone;
  const auto hears_poison = [&] {
    PackedDecode decode(decoder, odd_config(), 1);
    begin(decode, 0, healthy);
    while (!decode.is_complete(0) && !decode.failure(0)) decode.step();
    if (decode.failure(0)) return true;
    alone = decode.codes(0);
    return false;
  };
  while (hears_poison()) ++healthy.seed;

  PackedDecode decode(decoder, odd_config(), 2);
  begin(decode, 0, sick);
  begin(decode, 1, healthy);
  while (!decode.is_complete(1)) decode.step();
  REQUIRE(decode.failure(0).has_value());
  CHECK(decode.failure(0)->kind() == ErrorKind::bad_model);
  CHECK(!decode.failure(1).has_value());
  CHECK(decode.codes(1) == alone);
  decode.end(0);
  begin(decode, 0, healthy);
  while (!decode.is_complete(0)) decode.step();
  CHECK(decode.codes(0) == alone);
}

TEST_CASE("a step allocates nothing") {
  const RandomDecoderWeights weights(odd_config());
  for (const WeightFormat format : {WeightFormat::fp32, WeightFormat::bf16, WeightFormat::int8}) {
    CpuDecoder decoder(odd_config(), weights, {.format = format, .num_threads = 2});
    PackedDecode decode(decoder, odd_config(), 3);
    const auto text = random_values(3 * odd_config().hidden_size, 1);
    begin(decode, 0, {.num_frames = 20, .seed = 1, .sampling = {.top_p = 0.9}, .text = text});
    begin(decode, 2, {.num_frames = 20, .seed = 2, .sampling = {.is_greedy = true}});
    decode.step();
    const std::int64_t before = testing::num_allocations();
    for (int i = 0; i < 10; ++i) decode.step();
    CHECK(testing::num_allocations() == before);
  }
}

}  // namespace
}  // namespace cadenza

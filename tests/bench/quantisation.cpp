// What narrower weights change: each format against fp32, fed with the same tokens.
//
//   bench_quantisation [--frames N]
//
// For the starter, with a prompt, and for musicgen-small's shape with random weights: the guided
// logits of every step and codebook, teacher-forced on a piece that fp32 has sampled. Cosine and
// KL (fp32 to the format, temperature 1, in nats) are means; agreement is the share of draws where
// both would take the same greedy token.
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "models/checkpoint/checkpoint.h"
#include "models/host_cpu.h"
#include "models/load.h"
#include "models/musicgen/conditioning.h"
#include "models/musicgen/packed_decode.h"
#include "tests/support/random_values.h"
#include "tests/support/random_weights.h"

namespace cadenza {
namespace {

constexpr const char* kPrompt = "80s pop track with bassy drums and synth";

struct Subject {
  std::string name;
  DecoderConfig config;
  const WeightReader& weights;
  std::vector<float> text;  // (L, D)
};

using Logits = std::vector<float>;  // (K, V), guided

TrackScore score_of(const Subject& subject, std::int64_t num_frames,
                    const std::vector<std::int16_t>& prompt = {}) {
  const auto& config = subject.config;
  return {config,
          DelayPattern(static_cast<int>(config.num_codebooks),
                       static_cast<int>(config.num_channels), num_frames),
          {},
          7,
          prompt};
}

std::vector<std::int16_t> sample(CpuDecoder& decoder, const Subject& subject,
                                 std::int64_t num_frames) {
  PackedDecode decode(decoder, subject.config, 1);
  decode.begin(0, score_of(subject, num_frames), true, subject.text);
  while (!decode.is_complete(0)) decode.step();
  return decode.codes(0);
}

// The guided logits behind every column of a known piece.
std::vector<Logits> listen(CpuDecoder& decoder, const Subject& subject, const TrackScore& piece) {
  const auto& config = subject.config;
  const auto size = static_cast<std::size_t>(config.num_codebooks * config.vocab_size);
  const auto codebooks = static_cast<std::size_t>(config.num_codebooks);
  decoder.reset({subject.text, {}}, piece.num_steps());
  std::vector<Logits> heard;
  std::vector<std::int64_t> tokens(2 * codebooks);
  std::vector<float> both(2 * size);
  for (std::int64_t step = 0; step + 1 < piece.num_steps(); ++step) {
    piece.read_column(step, tokens.data());
    std::copy_n(tokens.begin(), codebooks, tokens.begin() + static_cast<std::ptrdiff_t>(codebooks));
    decoder.step(tokens.data(), both.data());
    Logits& guided = heard.emplace_back(size);
    for (std::size_t i = 0; i < size; ++i)
      guided[i] = both[size + i] + 3 * (both[i] - both[size + i]);
  }
  return heard;
}

struct Difference {
  double cosine = 0, kl = 0, agreement = 0;
  std::int64_t num_draws = 0;

  void add(const float* a, const float* b, std::int64_t vocab) {
    double ab = 0, aa = 0, bb = 0, sum_a = 0, sum_b = 0, divergence = 0;
    const double top_a = *std::max_element(a, a + vocab), top_b = *std::max_element(b, b + vocab);
    for (std::int64_t v = 0; v < vocab; ++v) {
      ab += double{a[v]} * b[v], aa += double{a[v]} * a[v], bb += double{b[v]} * b[v];
      sum_a += std::exp(a[v] - top_a), sum_b += std::exp(b[v] - top_b);
    }
    for (std::int64_t v = 0; v < vocab; ++v) {
      const double log_a = a[v] - top_a - std::log(sum_a), log_b = b[v] - top_b - std::log(sum_b);
      divergence += std::exp(log_a) * (log_a - log_b);
    }
    cosine += ab / std::sqrt(aa * bb);
    kl += divergence;
    agreement += std::max_element(a, a + vocab) - a == std::max_element(b, b + vocab) - b ? 1 : 0;
    ++num_draws;
  }
};

void measure(const Subject& subject, std::int64_t num_frames) {
  const auto& config = subject.config;
  std::vector<Logits> expected;
  std::unique_ptr<TrackScore> piece;
  for (const auto& [name, format] :
       {std::pair("fp32", WeightFormat::fp32), std::pair("bf16", WeightFormat::bf16),
        std::pair("int8", WeightFormat::int8), std::pair("int4", WeightFormat::int4)}) {
    CpuDecoder decoder(config, subject.weights, {.format = format, .num_threads = usable_cores()});
    if (!piece)
      piece = std::make_unique<TrackScore>(
          score_of(subject, num_frames, sample(decoder, subject, num_frames)));
    const auto found = listen(decoder, subject, *piece);
    if (expected.empty()) {
      expected = found;
      continue;
    }
    Difference difference;
    for (std::size_t step = 0; step < found.size(); ++step)
      for (std::int64_t k = 0; k < config.num_codebooks; ++k)
        difference.add(&expected[step][k * config.vocab_size], &found[step][k * config.vocab_size],
                       config.vocab_size);
    const auto draws = static_cast<double>(difference.num_draws);
    std::printf("| %s | %s | %.5f | %.4f | %.1f %% |\n", subject.name.c_str(), name,
                difference.cosine / draws, difference.kl / draws,
                100 * difference.agreement / draws);
    std::fflush(stdout);
  }
}

int run(int argc, char** argv) {
  const c10::InferenceMode guard;
  const std::int64_t num_frames = argc == 3 ? std::stoi(argv[2]) : 250;
  std::printf(
      "%lld frames, guidance 3\n\n| model | weights | cosine | KL | greedy agreement |\n"
      "|---|---|---|---|---|\n",
      static_cast<long long>(num_frames));
  const auto starter = open_checkpoint("starter", {});
  const TextConditioner conditioner(starter->config(), starter->weights(),
                                    starter->sentencepiece_model(), at::kCPU);
  const at::Tensor context = conditioner.encode(kPrompt).context.contiguous();
  const float* values = context.const_data_ptr<float>();
  measure({"starter",
           starter->config().decoder,
           starter->weights(),
           {values, values + context.numel()}},
          num_frames);
  const DecoderConfig small;  // its defaults are musicgen-small
  const testing::RandomDecoderWeights weights(small);
  measure({"small, random", small, weights, testing::random_values(12 * small.hidden_size, 3)},
          num_frames);
  return 0;
}

}  // namespace
}  // namespace cadenza

int main(int argc, char** argv) { return cadenza::run(argc, argv); }

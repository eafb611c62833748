// How long the codec takes for a clip, beside what the cores' arithmetic allows.
//
//   bench_codec [--seconds N] [--threads N]
//
// musicgen's 32 kHz EnCodec with random weights. The peak is that of plain fp32 matrix products of
// 512 x 512 on the same threads in the same process.
#include <ATen/Parallel.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "models/encodec/audio_codec.h"
#include "models/fixed_pieces.h"
#include "models/host_cpu.h"
#include "tests/support/fixture_model.h"

namespace cadenza {
namespace {

constexpr double kFlopPerSecondOfAudio = 7.8e9;

template <typename Work>
double best_seconds(int tries, Work work) {
  double best = 1e9;
  for (int i = 0; i < tries; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    best = std::min(best, took.count());
  }
  return best;
}

double peak_gflops() {
  constexpr std::int64_t kSize = 512, kProducts = 64;
  const at::Tensor a = at::randn({kSize, kSize}), b = at::randn({kSize, kSize});
  const double seconds = best_seconds(
      3, [&] { for_each_piece(at::kCPU, kProducts, 1, [&](auto, auto) { at::mm(a, b); }); });
  return 2.0 * kSize * kSize * kSize * kProducts / seconds * 1e-9;
}

int run(int argc, char** argv) {
  int seconds = 30, threads = usable_cores();
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::string(argv[i]) == "--seconds") seconds = std::stoi(argv[i + 1]);
    if (std::string(argv[i]) == "--threads") threads = std::stoi(argv[i + 1]);
  }
  at::set_num_threads(threads);
  const CodecConfig config;  // its defaults are musicgen's
  const AudioCodec codec(config, testing::random_codec_weights(config, 1), at::kCPU, false);
  const at::Tensor codes =
      at::randint(config.codebook_size, {1, config.num_quantizers, 50 * seconds});
  const double peak = peak_gflops();
  const double took = best_seconds(3, [&] { codec.decode(codes); });
  const double rate = kFlopPerSecondOfAudio * seconds / took * 1e-9;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%s, %d threads\n\n", cpu_name().c_str(), threads);
  std::printf("| audio, s | decode, s | GFLOP/s | peak GFLOP/s | share | peak memory, MB |\n");
  std::printf("|---|---|---|---|---|---|\n| %d | %.2f | %.0f | %.0f | %.0f %% | %ld |\n", seconds,
              took, rate, peak, 100 * rate / peak, usage.ru_maxrss / 1024);
  return 0;
}

}  // namespace
}  // namespace cadenza

int main(int argc, char** argv) { return cadenza::run(argc, argv); }

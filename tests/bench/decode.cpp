// How close a decode step on the CPU is to a plain read of the bytes it needs.
//
//   bench_decode [--threads N] [--rows N] [--repeats N] [--format fp32|bf16|int8|int4]
//                [--set portable|avx2|avx512|avx512_bf16]
//
// musicgen-small's shape with random weights. Steps and reads alternate in one process on the same
// threads, because an absolute time on a shared machine means little; the ratio is the result.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "models/host_cpu.h"
#include "models/musicgen/cpu_decoder.h"

namespace cadenza {
namespace {

constexpr std::int64_t kTextTokens = 16;
constexpr std::int64_t kPositions[] = {8, 752, 1496};
constexpr const char* kFormatNames[] = {"fp32", "bf16", "int8", "int4"};

struct Settings {
  int threads = usable_cores();
  std::int64_t rows = 2;  // one guided clip: the first half conditional, the rest null
  int repeats = 30;
  std::vector<WeightFormat> formats = {WeightFormat::fp32, WeightFormat::bf16, WeightFormat::int8,
                                       WeightFormat::int4};
  InstructionSet set = best_instruction_set();
};

// Uniform values of the size of a trained model's; fast, since 420 million are needed.
class FastRandomWeights final : public WeightReader {
 public:
  explicit FastRandomWeights(const DecoderConfig& config) : config_(config) {}

  const Shape& shape(std::string_view name) const override {
    const auto has = [&](const char* part) { return name.find(part) != std::string_view::npos; };
    if (has("norm")) return vector_;
    if (has("embed_tokens")) return table_;
    if (has("lm_heads")) return head_;
    if (has("fc1")) return ffn_in_;
    return has("fc2") ? ffn_out_ : square_;
  }
  void read(std::string_view name, std::span<float> out, bool) const override {
    const bool is_gain = shape(name).size() == 1 && name.ends_with("weight");
    std::uint32_t state = static_cast<std::uint32_t>(name.size()) * 2654435761u;
    for (float& value : out) {
      state = state * 1664525u + 1013904223u;
      value = is_gain ? 1.0f : (static_cast<float>(state >> 8) * 0x1p-24f - 0.5f) * 0.1f;
    }
  }
  std::vector<std::string> names() const override { return {}; }

 private:
  DecoderConfig config_;
  Shape vector_{config_.hidden_size}, square_{config_.hidden_size, config_.hidden_size},
      table_{config_.vocab_size + 1, config_.hidden_size},
      head_{config_.vocab_size, config_.hidden_size}, ffn_in_{config_.ffn_dim, config_.hidden_size},
      ffn_out_{config_.hidden_size, config_.ffn_dim};
};

// What a step reads, as stretches of memory.
std::vector<std::span<const std::byte>> stretches_of(const CpuDecoder& decoder) {
  std::vector<std::span<const std::byte>> stretches;
  const auto add = [&](const PackedLinear& linear) {
    stretches.emplace_back(linear.memory(), linear.size_bytes());
  };
  const auto& sizes = decoder.cache(0).sizes();
  const std::int64_t value_bytes = sizes.format == CacheFormat::fp32 ? 4 : 2;
  for (std::int64_t index = 0; index < sizes.num_layers; ++index) {
    const CpuLayerWeights& layer = decoder.weights().layers[index];
    for (const PackedLinear* linear : {&layer.qkv, &layer.self_out, &layer.cross_q,
                                       &layer.cross_out, &layer.ffn_in, &layer.ffn_out})
      add(*linear);
    for (std::int64_t row = 0; row < decoder.num_rows(); ++row)
      for (std::int64_t head = 0; head < sizes.num_heads; ++head) {
        const PanelCache& cache = decoder.cache(row);
        const auto bytes =
            static_cast<std::size_t>(cache.length() * sizes.head_width * value_bytes);
        const HeadPanels panels = cache.at(index, head);
        stretches.emplace_back(panels.keys, bytes);
        stretches.emplace_back(panels.values, bytes);
      }
  }
  add(decoder.weights().heads);
  return stretches;
}

// The exclusive or of all of it, so that nothing can be left out. Prefetching a few kilobytes ahead
// is what reads fastest on the machines tried; a slow read would flatter the ratio.
#if defined(__x86_64__)
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
std::uint64_t
read_words(const std::byte* data, std::size_t size) {
  using Line = std::uint64_t __attribute__((vector_size(64)));
  constexpr std::size_t kAhead = 4096;
  Line a{}, b{}, c{}, d{};  // in registers
  for (std::size_t i = 0; i + 256 <= size; i += 256) {
    const auto* lines = reinterpret_cast<const Line*>(data + i);
    for (int line = 0; line < 4; ++line) __builtin_prefetch(data + i + kAhead + line * 64);
    a ^= lines[0], b ^= lines[1], c ^= lines[2], d ^= lines[3];
  }
  a ^= b ^ c ^ d;
  std::uint64_t result = 0;
  for (int word = 0; word < 8; ++word) result ^= a[word];
  return result;
}

// Long stretches are shared among the threads, short ones (heads of the cache) given out whole.
std::uint64_t read_all(const std::vector<std::span<const std::byte>>& stretches, ThreadPool& pool) {
  constexpr std::size_t kShared = std::size_t{1} << 20;
  std::atomic<std::uint64_t> result{0};
  pool.run([&](TeamMember& member) {
    std::uint64_t mine = 0;
    int turn = 0;
    for (const auto& stretch : stretches) {
      if (stretch.size() < kShared) {
        if (turn++ % member.size() == member.index())
          mine ^= read_words(stretch.data(), stretch.size());
        continue;
      }
      const std::size_t share = stretch.size() / member.size() / 256 * 256;
      mine ^= read_words(stretch.data() + member.index() * share, share);
    }
    result ^= mine;
  });
  return result;
}

double milliseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Feeds columns until every row holds `length` of them; returns milliseconds a column.
double fill(CpuDecoder& decoder, const DecoderConfig& config, std::int64_t length) {
  const std::int64_t columns = length - decoder.cache(0).length();
  std::vector<std::int64_t> tokens(
      static_cast<std::size_t>(decoder.num_rows() * config.num_codebooks * columns));
  for (std::size_t i = 0; i < tokens.size(); ++i)
    tokens[i] = static_cast<std::int64_t>(i * 7919) % config.vocab_size;
  std::vector<float> logits(
      static_cast<std::size_t>(decoder.num_rows() * config.num_codebooks * config.vocab_size));
  const auto begin = std::chrono::steady_clock::now();
  decoder.prefill(tokens.data(), columns, logits.data());
  return milliseconds(std::chrono::steady_clock::now() - begin) / static_cast<double>(columns);
}

void measure(CpuDecoder& decoder, const DecoderConfig& config, const Settings& settings,
             const char* format) {
  const std::int64_t rows = settings.rows;
  std::vector<std::int64_t> tokens(static_cast<std::size_t>(rows * config.num_codebooks), 5);
  std::vector<float> logits(tokens.size() * static_cast<std::size_t>(config.vocab_size));
  std::vector<double> steps, reads, ratios;
  std::size_t bytes = 0;
  for (const auto& stretch : stretches_of(decoder)) bytes += stretch.size();
  const std::int64_t position = decoder.cache(0).length();
  std::uint64_t seen = 0;
  for (int repeat = -2; repeat < settings.repeats; ++repeat) {
    const auto stretches = stretches_of(decoder);
    const auto begin = std::chrono::steady_clock::now();
    decoder.step(tokens.data(), logits.data());
    const auto middle = std::chrono::steady_clock::now();
    seen ^= read_all(stretches, decoder.pool());
    const auto end = std::chrono::steady_clock::now();
    if (repeat < 0) continue;  // warming up
    steps.push_back(milliseconds(middle - begin));
    reads.push_back(milliseconds(end - middle));
    ratios.push_back(steps.back() / reads.back());
  }
  const double megabytes = static_cast<double>(bytes) * 1e-6;
  const double best_step = *std::min_element(steps.begin(), steps.end());
  const double best_read = *std::min_element(reads.begin(), reads.end());
  std::printf("| %s | %lld | %.0f | %.2f | %.2f | **%.2f** | %.2f | %.2f | %.1f | %.2f |%s\n",
              format, static_cast<long long>(position), megabytes, median(steps), median(reads),
              median(ratios), best_step, best_read, megabytes / best_read, best_step / best_read,
              seen == 1 ? " " : "");
  std::fflush(stdout);
}

void measure_format(WeightFormat format, const Settings& settings) {
  const DecoderConfig config;  // its defaults are musicgen-small
  const char* name = kFormatNames[static_cast<int>(format)];
  CpuDecoder decoder(
      config, FastRandomWeights(config),
      {.format = format, .num_threads = settings.threads, .instruction_set = settings.set});
  const std::vector<float> text(static_cast<std::size_t>(kTextTokens * config.hidden_size), 0.1f);
  std::vector<std::span<const float>> contexts(static_cast<std::size_t>(settings.rows));
  for (std::size_t row = 0; row < (contexts.size() + 1) / 2; ++row) contexts[row] = text;
  decoder.reset(contexts, kPositions[2] + settings.repeats + 2);
  double prefill = 0;
  for (const std::int64_t position : kPositions) {
    prefill = fill(decoder, config, position);
    measure(decoder, config, settings, name);
  }
  std::printf("\n%s: a prefilled column takes %.2f ms\n\n", name, prefill);
}

Settings parse(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i], value = argv[i + 1];
    if (flag == "--threads") settings.threads = std::stoi(value);
    if (flag == "--rows") settings.rows = std::stoi(value);
    if (flag == "--repeats") settings.repeats = std::stoi(value);
    for (int f = 0; flag == "--format" && f < 4; ++f)
      if (value == kFormatNames[f]) settings.formats = {static_cast<WeightFormat>(f)};
    for (const InstructionSet set : supported_instruction_sets())
      if (flag == "--set" && value == instruction_set_name(set)) settings.set = set;
  }
  return settings;
}

int run(int argc, char** argv) {
  const Settings settings = parse(argc, argv);
  std::printf("%s, %d cores, %d threads, %s, %lld rows, median of %d\n\n", cpu_name().c_str(),
              usable_cores(), settings.threads,
              std::string(instruction_set_name(settings.set)).c_str(),
              static_cast<long long>(settings.rows), settings.repeats);
  std::printf(
      "| weights | t | MB | step, ms | read, ms | step / read | best step | best read "
      "| best read, GB/s | best / best |\n|---|---|---|---|---|---|---|---|---|---|\n");
  for (const WeightFormat format : settings.formats) measure_format(format, settings);
  return 0;
}

}  // namespace
}  // namespace cadenza

int main(int argc, char** argv) {
  try {
    return cadenza::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_decode: %s\n", error.what());
    return 1;
  }
}

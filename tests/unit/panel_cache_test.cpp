#include "models/kernels/cpu/panel_cache.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "models/kernels/cpu/attention_reference.h"
#include "tests/support/random_values.h"

namespace cadenza {

using testing::random_values;

namespace {

// Puts (length, width) keys and values into one head and attends.
std::vector<float> attend(PanelCache& cache, std::int64_t layer, std::int64_t head,
                          const std::vector<float>& query, const std::vector<float>& keys,
                          const std::vector<float>& values, InstructionSet set) {
  const std::int64_t width = cache.sizes().head_width;
  const std::int64_t length = static_cast<std::int64_t>(keys.size()) / width;
  for (std::int64_t t = 0; t < length; ++t)
    cache.put(layer, head, t, &keys[t * width], &values[t * width]);
  std::vector<float> scratch(attention_scratch_floats(width, length)), out(width);
  cache.attend(layer, head, length, query.data(), scratch.data(), out.data(), kernel_table(set));
  return out;
}

}  // namespace

TEST_CASE("attention over panels is the formula's, for any width and length") {
  for (const std::int64_t width : {1, 8, 16, 20, 64, 80, 128})
    for (const std::int64_t length : {1, 2, 15, 16, 17, 63, 64, 65, 200, 751}) {
      const auto query = random_values(width, 1);
      const auto keys = random_values(length * width, 2), values = random_values(length * width, 3);
      std::vector<float> expected(width);
      reference_attention(query.data(), keys.data(), values.data(), length, width, expected.data());
      for (const CacheFormat format : {CacheFormat::fp32, CacheFormat::bf16}) {
        std::vector<float> first;
        for (const InstructionSet set : supported_instruction_sets()) {
          CAPTURE(width);
          CAPTURE(length);
          CAPTURE(std::string(instruction_set_name(set)));
          PanelCache cache({.num_layers = 1,
                            .num_heads = 1,
                            .head_width = width,
                            .capacity = length,
                            .format = format});
          const auto found = attend(cache, 0, 0, query, keys, values, set);
          // bf16 rounds four times to 2^-9: query, key, probability, value.
          const double tolerance = format == CacheFormat::fp32 ? 3e-6 : 0.04;
          for (std::int64_t e = 0; e < width; ++e)
            CHECK(std::fabs(found[e] - expected[e]) < tolerance);
          if (set == InstructionSet::portable) continue;
          if (first.empty()) first = found;
          CHECK(found == first);
        }
      }
    }
}

TEST_CASE("a head's attention is the same bits whatever lies in the other layers and heads") {
  const std::int64_t width = 24, length = 37;
  const auto query = random_values(width, 4);
  const auto keys = random_values(length * width, 5), values = random_values(length * width, 6);
  for (const CacheFormat format : {CacheFormat::fp32, CacheFormat::bf16})
    for (const InstructionSet set : supported_instruction_sets()) {
      PanelCache alone({.num_layers = 1,
                        .num_heads = 1,
                        .head_width = width,
                        .capacity = length,
                        .format = format});
      const auto expected = attend(alone, 0, 0, query, keys, values, set);
      PanelCache crowd({.num_layers = 5,
                        .num_heads = 3,
                        .head_width = width,
                        .capacity = 3 * length,
                        .format = format});
      for (std::int64_t layer = 0; layer < 5; ++layer)
        for (std::int64_t head = 0; head < 3; ++head) {
          const auto other = random_values(2 * length * width, 100 + 3 * layer + head);
          attend(crowd, layer, head, query, other, other, set);
        }
      // Tokens behind the length are left from the loop above and must not be seen.
      CHECK(attend(crowd, 3, 1, query, keys, values, set) == expected);
    }
}

TEST_CASE("a cleared cache holds nothing of what was put up to its length, not even a NaN") {
  const std::int64_t width = 24;
  const std::vector<float> bad(width, std::nanf("")), good = random_values(width, 9);
  for (const CacheFormat format : {CacheFormat::fp32, CacheFormat::bf16}) {
    PanelCache cache(
        {.num_layers = 2, .num_heads = 2, .head_width = width, .capacity = 40, .format = format});
    for (std::int64_t t = 0; t < 17; ++t)
      for (std::int64_t head = 0; head < 2; ++head) cache.put(1, head, t, bad.data(), bad.data());
    cache.set_length(17);
    cache.clear();
    CHECK(cache.length() == 0);
    // Alone in its panel, a key gets all the weight: the value comes out, rounded.
    const auto found = attend(cache, 1, 1, good, good, good, InstructionSet::portable);
    for (std::int64_t e = 0; e < width; ++e) CHECK(std::fabs(found[e] - good[e]) < 0.02);
  }
}

TEST_CASE("scores far apart neither overflow nor vanish") {
  const std::int64_t width = 16;
  std::vector<float> query(width, 100.0f), keys(3 * width), values(3 * width);
  for (std::int64_t e = 0; e < width; ++e) {
    keys[e] = -100.0f;
    keys[width + e] = 100.0f;  // 80,000 above the first: all the weight
    values[width + e] = 7.0f;
  }
  for (const InstructionSet set : supported_instruction_sets()) {
    PanelCache cache({.num_layers = 1, .num_heads = 1, .head_width = width, .capacity = 3});
    for (const float value : attend(cache, 0, 0, query, keys, values, set)) CHECK(value == 7.0f);
  }
}

}  // namespace cadenza

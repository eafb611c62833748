#include "models/musicgen/pack_cache.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "lib/error.h"
#include "models/musicgen/cpu_decoder.h"
#include "tests/support/random_values.h"
#include "tests/support/random_weights.h"
#include "tests/support/temp_folder.h"

namespace cadenza {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSize = 3'000'017;

std::byte expected_byte(std::size_t i) { return static_cast<std::byte>(i * i >> 7); }

// One process that wants the weights.
struct User {
  explicit User(const fs::path& folder, std::string identity = "file 1:2:3")
      : cache(folder, {"my model", std::move(identity)},
              [this](const std::string& line) { notes.push_back(line); }) {}

  // Does it build, and are the bytes right either way?
  bool builds() {
    bool has_built = false;
    ThreadPool pool(2);
    const Pack pack = cache.load_or_build("bf16", kSize, pool, [&](std::byte* memory) {
      has_built = true;
      for (std::size_t i = 0; i < kSize; ++i) memory[i] = expected_byte(i);
    });
    CHECK(pack.is_built == has_built);
    bool is_right = true;
    for (std::size_t i = 0; i < kSize; ++i)
      is_right = is_right && pack.buffer.data()[pack.offset + i] == expected_byte(i);
    CHECK(is_right);
    return has_built;
  }

  std::vector<std::string> notes;
  PackCache cache;
};

void flip_byte(const fs::path& path, std::size_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(file.get() ^ 1);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

TEST_CASE("the first start packs, the next ones read what it wrote") {
  const TempFolder folder;
  CHECK(User(folder.path() / "new").builds());
  User second(folder.path() / "new");
  CHECK(!second.builds());
  CHECK(second.notes.empty());
  CHECK(second.cache.path("bf16").filename() == "my_model.bf16.pack");
}

TEST_CASE("a pack of other files, or of another size, is made again and says so once") {
  const TempFolder folder;
  CHECK(User(folder.path()).builds());
  User changed(folder.path(), "file 1:2:4");
  CHECK(changed.builds());
  REQUIRE(changed.notes.size() == 1);
  CHECK(changed.notes[0].find("it is made again") != std::string::npos);
  CHECK(!User(folder.path(), "file 1:2:4").builds());
  fs::resize_file(changed.cache.path("bf16"), 5000);
  CHECK(User(folder.path(), "file 1:2:4").builds());
}

TEST_CASE("one damaged bit anywhere is noticed") {
  const TempFolder folder;
  User user(folder.path());
  CHECK(user.builds());
  for (const std::size_t at : {std::size_t{0}, std::size_t{20}, std::size_t{4096},
                               std::size_t{1'500'000}, kSize + 4096 - 1}) {
    flip_byte(user.cache.path("bf16"), at);
    CAPTURE(at);
    CHECK(User(folder.path()).builds());
    CHECK(!User(folder.path()).builds());
  }
}

TEST_CASE("a folder that cannot be written costs the cache, not the run") {
  User user("/proc/no/such/folder");
  CHECK(user.builds());
  REQUIRE(user.notes.size() == 1);
  CHECK(user.notes[0].find("not kept for the next run") != std::string::npos);
}

TEST_CASE("what the builder throws passes through and leaves no pack") {
  const TempFolder folder;
  User user(folder.path());
  ThreadPool pool(1);
  CHECK_THROWS_AS(user.cache.load_or_build("bf16", kSize, pool,
                                           [](std::byte*) { fail(ErrorKind::bad_model, "NaN"); }),
                  Error);
  CHECK(!fs::exists(user.cache.path("bf16")));
  CHECK(user.builds());
}

TEST_CASE("of those that start together one builds") {
  const TempFolder folder;
  std::atomic<int> num_builds{0};
  std::vector<std::thread> users;
  for (int i = 0; i < 6; ++i)
    users.emplace_back([&] { num_builds += User(folder.path()).builds() ? 1 : 0; });
  for (std::thread& user : users) user.join();
  CHECK(num_builds == 1);
}

TEST_CASE("weights from a pack compute the same bits as packed ones, and nothing is read again") {
  // Counts what is asked of it.
  class CountingWeights final : public WeightReader {
   public:
    explicit CountingWeights(const DecoderConfig& config) : weights_(config) {}
    const Shape& shape(std::string_view name) const override { return weights_.shape(name); }
    void read(std::string_view name, std::span<float> out, bool allow) const override {
      ++num_reads;
      weights_.read(name, out, allow);
    }
    void vouch_for(std::string_view) const override { ++num_vouched; }
    std::vector<std::string> names() const override { return {}; }

    mutable std::atomic<int> num_reads{0}, num_vouched{0};

   private:
    testing::RandomDecoderWeights weights_;
  };

  DecoderConfig config;
  config.hidden_size = 40;
  config.ffn_dim = 72;
  config.num_layers = 2;
  config.num_heads = 2;
  config.vocab_size = 37;
  const CountingWeights weights(config);
  const auto text = testing::random_values(3 * config.hidden_size, 1);
  const std::vector<std::int64_t> tokens = {1, 2, 3, 4, 5, 6, 7, 8};
  const TempFolder folder;
  for (const WeightFormat format :
       {WeightFormat::fp32, WeightFormat::bf16, WeightFormat::int8, WeightFormat::int4}) {
    PackCache packs(folder.path(), {"m", "1"}, [](const std::string& line) { FAIL(line); });
    std::vector<std::vector<float>> heard;
    for (PackCache* const cache : {static_cast<PackCache*>(nullptr), &packs, &packs}) {
      const int reads_before = weights.num_reads, vouched_before = weights.num_vouched;
      CpuDecoder decoder(config, weights, {.format = format, .num_threads = 2, .packs = cache});
      const bool is_third = heard.size() == 2;
      CHECK((weights.num_reads == reads_before) == is_third);
      CHECK((weights.num_vouched > vouched_before) == is_third);
      decoder.reset({text}, 2);
      auto& logits = heard.emplace_back(4 * 37);
      decoder.prefill(tokens.data(), 2, logits.data());
    }
    CHECK(heard[1] == heard[0]);
    CHECK(heard[2] == heard[0]);
  }
}

}  // namespace
}  // namespace cadenza

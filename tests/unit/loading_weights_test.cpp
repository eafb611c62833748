#include "models/loading_weights.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

namespace cadenza {
namespace {

class FakeWeights final : public WeightReader {
 public:
  const Shape& shape(std::string_view name) const override { return shapes_.at(std::string(name)); }
  void read(std::string_view name, std::span<float>, bool allow_nonfinite) const override {
    reads.push_back(std::string(name) + (allow_nonfinite ? " unchecked" : ""));
  }
  std::vector<std::string> names() const override { return {"a", "b", "c"}; }
  void expect_unread_finite() const override { ++num_checks; }

  mutable std::vector<std::string> reads;
  mutable int num_checks = 0;

 private:
  std::map<std::string, Shape> shapes_ = {{"a", {2, 3}}, {"b", {4}}, {"c", {10}}};
};

class ProgressLog final : public ProgressReporter {
 public:
  void begin(std::string_view stage, std::int64_t total) override {
    text += std::string(stage) + " of " + std::to_string(total);
  }
  void advance(std::int64_t done) override { text += ", " + std::to_string(done); }
  void end() override { text += ", end"; }

  std::string text;
};

void load_some(LoadingWeights& weights) {
  std::vector<float> a(6), b(4);
  weights.read("a", a);
  weights.read("b", b);
}

TEST_CASE("loading reports elements read, and ends with all of them") {
  const FakeWeights fake;
  ProgressLog log;
  LoadingWeights weights(fake, false, log);
  load_some(weights);
  CHECK(weights.finish() >= 0);
  CHECK(log.text == "load of 20, 6, 10, 20, end");
}

TEST_CASE("weights that nobody read are checked before music starts") {
  const FakeWeights fake;
  NoProgress silence;
  LoadingWeights weights(fake, false, silence);
  load_some(weights);
  weights.finish();
  CHECK(fake.num_checks == 1);
  CHECK(fake.reads == std::vector<std::string>{"a", "b"});
}

TEST_CASE("--allow-nonfinite reaches every read and skips the last check") {
  const FakeWeights fake;
  NoProgress silence;
  LoadingWeights weights(fake, true, silence);
  load_some(weights);
  weights.finish();
  CHECK(fake.num_checks == 0);
  CHECK(fake.reads == std::vector<std::string>{"a unchecked", "b unchecked"});
}

}  // namespace
}  // namespace cadenza

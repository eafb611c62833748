#include "lib/audio/limiter.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/support/test_sound.h"

using namespace cadenza;

namespace {

constexpr int kRate = 32000;

std::vector<float> magnitudes(const AudioBuffer& audio) {
  auto peaks = audio.samples;
  for (float& peak : peaks) peak = std::abs(peak);
  return peaks;
}

}  // namespace

TEST_CASE("no frame exceeds the ceiling under the curve") {
  for (const auto& audio : {noise(kRate, 1, 0.5, 1.0), band(kRate, 1, 1.5),
                            clicks(kRate, 1, 0.011, 1.0), sine(kRate, 1, 0.5, 50, 1.0)}) {
    const auto peaks = magnitudes(audio);
    const auto curve = limiting_curve(peaks, 4.0, kRate, {.ceiling = 0.8});
    REQUIRE(curve.size() == peaks.size());
    for (std::size_t n = 0; n < peaks.size(); ++n) CHECK(peaks[n] * 4.0 * curve[n] <= 0.8 + 1e-6);
  }
}

TEST_CASE("a peak at the very first or last frame is held too") {
  std::vector<float> peaks(2000, 0.1F);
  peaks.front() = peaks.back() = 1.0F;
  const auto curve = limiting_curve(peaks, 1.0, kRate, {.ceiling = 0.5});
  CHECK(curve.front() <= 0.5F + 1e-6F);
  CHECK(curve.back() <= 0.5F + 1e-6F);
}

TEST_CASE("nothing above the ceiling needs no curve") {
  CHECK(limiting_curve(std::vector<float>(100, 0.39F), 2.0, kRate, {.ceiling = 0.8}).empty());
  CHECK(limiting_curve({}, 2.0, kRate, {}).empty());
}

TEST_CASE("the gain moves by no more than a smoothing window allows") {
  const LimiterSettings settings{.ceiling = 0.5, .look_ahead_s = 0.004};
  const auto curve = limiting_curve(magnitudes(clicks(kRate, 1, 0.1, 5.0)), 1.0, kRate, settings);
  const double window = settings.look_ahead_s * kRate + 1;  // frames of one running mean
  for (std::size_t n = 1; n < curve.size(); ++n)
    CHECK(std::abs(curve[n] - curve[n - 1]) <= 0.9 / window + 1e-6);
}

TEST_CASE("the gain dips only around a peak: untouched before the look-ahead, recovered after") {
  std::vector<float> peaks(3 * kRate, 0.1F);
  peaks[kRate] = 1.0F;
  const auto curve = limiting_curve(peaks, 1.0, kRate, {.ceiling = 0.5});
  CHECK(curve[kRate] == doctest::Approx(0.5).epsilon(0.01));
  CHECK(curve[kRate - kRate / 50] == 1.0F);  // 20 ms before
  CHECK(curve[2 * kRate] > 0.999F);          // 1 s after
}

#include "lib/audio/limiter.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace cadenza {

namespace {

std::vector<float> needed_gains(std::span<const float> peaks, double gain, double ceiling) {
  std::vector<float> needed(peaks.size());
  std::transform(peaks.begin(), peaks.end(), needed.begin(), [gain, ceiling](float peak) {
    const double level = peak * gain;
    return level > ceiling ? static_cast<float>(ceiling / level) : 1.0F;
  });
  return needed;
}

// out[n] = min(in[n - reach .. n + reach]), by a queue of indices whose values rise.
std::vector<float> lowest_within(const std::vector<float>& in, std::size_t reach) {
  std::vector<float> out(in.size());
  std::deque<std::size_t> rising;
  for (std::size_t ahead = 0; ahead < in.size() + reach; ++ahead) {
    if (ahead < in.size()) {
      while (!rising.empty() && in[rising.back()] >= in[ahead]) rising.pop_back();
      rising.push_back(ahead);
    }
    if (ahead < reach) continue;
    const std::size_t n = ahead - reach;
    while (rising.front() + reach < n) rising.pop_front();
    out[n] = in[rising.front()];
  }
  return out;
}

// Falls at once, comes back towards 1 exponentially.
void slow_recovery(std::vector<float>& gains, double time_constant_frames) {
  const double step = 1.0 - std::exp(-1.0 / time_constant_frames);
  double level = 1;
  for (float& gain : gains) {
    level = std::min(static_cast<double>(gain), level + (1.0 - level) * step);
    gain = static_cast<float>(level);
  }
}

// out[n] = mean(in[n - reach .. n + reach]); beyond the ends the end values go on.
std::vector<float> running_mean(const std::vector<float>& in, std::int64_t reach) {
  const auto last = static_cast<std::int64_t>(in.size()) - 1;
  const auto at = [&in, last](std::int64_t n) {
    return static_cast<double>(in[static_cast<std::size_t>(std::clamp<std::int64_t>(n, 0, last))]);
  };
  double sum = 0;
  for (std::int64_t n = -reach; n <= reach; ++n) sum += at(n);
  std::vector<float> out(in.size());
  for (std::int64_t n = 0; n <= last; ++n) {
    out[static_cast<std::size_t>(n)] = static_cast<float>(sum / static_cast<double>(2 * reach + 1));
    sum += at(n + reach + 1) - at(n - reach);
  }
  return out;
}

}  // namespace

std::vector<float> limiting_curve(std::span<const float> peaks, double gain, int sample_rate_hz,
                                  const LimiterSettings& settings) {
  if (peaks.empty()) return {};
  const double highest = *std::max_element(peaks.begin(), peaks.end()) * gain;
  if (highest <= settings.ceiling) return {};
  const auto half_reach =
      std::max<std::int64_t>(1, std::llround(settings.look_ahead_s * sample_rate_hz / 2));
  auto curve = lowest_within(needed_gains(peaks, gain, settings.ceiling),
                             static_cast<std::size_t>(2 * half_reach));
  slow_recovery(curve, settings.recovery_s * sample_rate_hz);
  return running_mean(running_mean(curve, half_reach), half_reach);
}

}  // namespace cadenza

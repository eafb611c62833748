#include "lib/audio/resample.h"

#include <fmt/format.h>
#include <soxr.h>

#include <cmath>
#include <utility>

#include "lib/error.h"

namespace cadenza {

namespace {

// soxr's own length may differ by a frame from the rounded one; the room past it is zeros.
std::vector<float> run_soxr(const AudioBuffer& audio, int sample_rate_hz, std::size_t num_frames) {
  const auto io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const auto quality = soxr_quality_spec(SOXR_VHQ, 0);
  const auto runtime = soxr_runtime_spec(1);  // one thread: the same sums in the same order
  std::vector<float> out(num_frames * static_cast<std::size_t>(audio.num_channels));
  std::size_t num_read = 0;
  std::size_t num_written = 0;
  const auto error =
      soxr_oneshot(audio.sample_rate_hz, sample_rate_hz, static_cast<unsigned>(audio.num_channels),
                   audio.samples.data(), static_cast<std::size_t>(audio.num_frames()), &num_read,
                   out.data(), num_frames, &num_written, &io, &quality, &runtime);
  if (error != nullptr)
    fail(ErrorKind::internal, fmt::format("resampling from {} to {} Hz: {}", audio.sample_rate_hz,
                                          sample_rate_hz, error));
  return out;
}

}  // namespace

void expect_sample_rate(int sample_rate_hz) {
  if (sample_rate_hz < kMinSampleRateHz || sample_rate_hz > kMaxSampleRateHz)
    fail(ErrorKind::usage, fmt::format("sample_rate: expected {}..{} Hz, found {}",
                                       kMinSampleRateHz, kMaxSampleRateHz, sample_rate_hz));
}

AudioBuffer resample(AudioBuffer audio, int sample_rate_hz) {
  if (audio.sample_rate_hz == sample_rate_hz) return audio;
  expect_sample_rate(sample_rate_hz);
  const double ratio = static_cast<double>(sample_rate_hz) / audio.sample_rate_hz;
  const auto num_frames =
      static_cast<std::size_t>(std::llround(static_cast<double>(audio.num_frames()) * ratio));
  if (num_frames == 0)
    audio.samples.clear();
  else
    audio.samples = run_soxr(audio, sample_rate_hz, num_frames);
  audio.sample_rate_hz = sample_rate_hz;
  return audio;
}

}  // namespace cadenza

#include "lib/audio/finish.h"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <utility>

#include "lib/audio/audio_check.h"
#include "lib/audio/channels.h"
#include "lib/audio/fade.h"
#include "lib/audio/leveler.h"
#include "lib/audio/resample.h"
#include "lib/audio/trim.h"
#include "lib/error.h"

namespace cadenza {

namespace {

void expect_range(const char* field, double value, double low, double high) {
  if (!(value >= low && value <= high))
    fail(ErrorKind::usage, fmt::format("{}: expected {}..{}, found {}", field, low, high, value));
}

std::int64_t frames_of(double seconds, int sample_rate_hz) {
  return std::llround(seconds * sample_rate_hz);
}

// The model makes whole codec frames, so its audio is up to one of them longer than asked.
void set_length(AudioBuffer& audio, double duration_s) {
  const auto num_frames = frames_of(duration_s, audio.sample_rate_hz);
  audio.samples.resize(static_cast<std::size_t>(num_frames * audio.num_channels));
}

AudioBuffer at_level(AudioBuffer audio, const FinishOptions& options) {
  switch (options.loudness) {
    case LoudnessMode::off:
      return audio;
    case LoudnessMode::peak:
      return with_true_peak(std::move(audio), options.ceiling_dbtp);
    case LoudnessMode::lufs:
      return with_loudness(std::move(audio), options.loudness_lufs, options.ceiling_dbtp);
  }
  return audio;
}

}  // namespace

void validate(const FinishOptions& options) {
  constexpr double kMaxSeconds = 1e6;  // only keeps the arithmetic finite
  if (options.duration_s) expect_range("duration", *options.duration_s, 1e-3, kMaxSeconds);
  if (options.sample_rate_hz) expect_sample_rate(*options.sample_rate_hz);
  if (options.num_channels) expect_range("channels", *options.num_channels, 1, 2);
  expect_range("loudness", options.loudness_lufs, -70, 0);
  expect_range("ceiling", options.ceiling_dbtp, -40, 0);
  const double longest = options.duration_s.value_or(kMaxSeconds);
  expect_range("fade_in", options.fade_in_s, 0, longest);
  expect_range("fade_out", options.fade_out_s, 0, longest);
}

// Resampled whole, then cut: cut first, and the filter would ring at the edge. Fades come before
// the level because they change what the meter reads.
AudioBuffer finish_audio(AudioBuffer audio, const FinishOptions& options) {
  validate(options);
  expect_sound(audio);
  if (options.num_channels) audio = with_channels(std::move(audio), *options.num_channels);
  if (options.sample_rate_hz) audio = resample(std::move(audio), *options.sample_rate_hz);
  if (options.duration_s) set_length(audio, *options.duration_s);
  if (options.trims_silence) audio = trim_silence(std::move(audio));
  fade_in(audio, frames_of(options.fade_in_s, audio.sample_rate_hz));
  fade_out(audio, frames_of(options.fade_out_s, audio.sample_rate_hz));
  audio = at_level(std::move(audio), options);
  expect_sound(audio);
  return audio;
}

}  // namespace cadenza

#include "lib/audio/loudness.h"

#include <ebur128.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "lib/audio/decibel.h"
#include "lib/audio/finish.h"
#include "lib/error.h"

namespace cadenza {

namespace {

struct Destroy {
  void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
};
using Meter = std::unique_ptr<ebur128_state, Destroy>;

void expect_success(int code, const char* what) {
  if (code != EBUR128_SUCCESS)
    fail(ErrorKind::internal, fmt::format("measuring loudness: {} failed ({})", what, code));
}

Meter make_meter(const AudioBuffer& audio, int mode) {
  Meter meter(ebur128_init(static_cast<unsigned>(audio.num_channels),
                           static_cast<unsigned long>(audio.sample_rate_hz), mode));
  if (!meter) fail(ErrorKind::internal, "measuring loudness: libebur128 cannot start");
  expect_success(ebur128_add_frames_float(meter.get(), audio.samples.data(),
                                          static_cast<std::size_t>(audio.num_frames())),
                 "add_frames");
  return meter;
}

double integrated(const Meter& meter) {
  double lufs = 0;
  expect_success(ebur128_loudness_global(meter.get(), &lufs), "loudness_global");
  return lufs;
}

using PeakFunction = int (*)(ebur128_state*, unsigned, double*);

double loudest_channel_db(const Meter& meter, PeakFunction peak_of) {
  double loudest = 0;
  for (unsigned c = 0; c < meter->channels; ++c) {
    double peak = 0;
    expect_success(peak_of(meter.get(), c, &peak), "peak");
    loudest = std::max(loudest, peak);
  }
  return gain_to_db(loudest);
}

}  // namespace

double integrated_lufs(const AudioBuffer& audio) {
  if (audio.samples.empty()) return -std::numeric_limits<double>::infinity();
  return integrated(make_meter(audio, EBUR128_MODE_I));
}

LoudnessMeasure measure_loudness(const AudioBuffer& audio) {
  constexpr double kSilence = -std::numeric_limits<double>::infinity();
  if (audio.samples.empty()) return {kSilence, 0, kSilence, kSilence};
  const auto meter = make_meter(
      audio, EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK | EBUR128_MODE_SAMPLE_PEAK);
  LoudnessMeasure measure;
  measure.integrated_lufs = integrated(meter);
  expect_success(ebur128_loudness_range(meter.get(), &measure.range_lu), "loudness_range");
  measure.true_peak_dbtp = loudest_channel_db(meter, ebur128_true_peak);
  measure.sample_peak_dbfs = loudest_channel_db(meter, ebur128_sample_peak);
  return measure;
}

}  // namespace cadenza

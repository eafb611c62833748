#include "lib/audio/deliver.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "lib/audio/decode.h"
#include "lib/audio/loudness.h"

namespace cadenza {

namespace {

constexpr int kMaxTries = 5;
constexpr double kToleranceLu = 0.2;   // of the 0.5 that are promised
constexpr double kMaxDriftLu = 6;      // past it the coder dropped the sound itself: no gain helps
constexpr double kExtraRoomDb = 0.05;  // per try, so that the tries end

// What coding did to the level that was asked for. Each is 0 where nothing was asked or measurable.
struct Faults {
  double excess_db = 0;  // true peak above the ceiling
  double drift_lu = 0;   // loudness gained between the finished sound and the decoded one
  double miss_lu = 0;    // distance of the decoded loudness from the one steered for

  bool are_small() const { return excess_db == 0 && miss_lu <= kToleranceLu; }
  double sum() const { return excess_db + miss_lu; }
};

bool is_lossless(AudioFormat format) {
  return format == AudioFormat::wav || format == AudioFormat::flac;
}

Faults find_faults(const Delivery& delivery, const FinishOptions& asked,
                   const FinishOptions& steered) {
  Faults faults;
  if (asked.loudness == LoudnessMode::off) return faults;
  faults.excess_db = std::max(0.0, delivery.loudness.true_peak_dbtp - asked.ceiling_dbtp);
  const double drift = delivery.loudness.integrated_lufs - integrated_lufs(delivery.audio);
  if (asked.loudness != LoudnessMode::lufs || !std::isfinite(drift)) return faults;
  faults.drift_lu = std::clamp(drift, -kMaxDriftLu, kMaxDriftLu);
  faults.miss_lu = std::abs(steered.loudness_lufs + faults.drift_lu - asked.loudness_lufs);
  return faults;
}

void steer(FinishOptions& steered, const Faults& faults, const FinishOptions& asked) {
  if (faults.excess_db > 0)
    steered.ceiling_dbtp = std::max(-40.0, steered.ceiling_dbtp - faults.excess_db - kExtraRoomDb);
  if (faults.miss_lu > kToleranceLu)
    steered.loudness_lufs = std::clamp(asked.loudness_lufs - faults.drift_lu, -70.0, 0.0);
}

Delivery deliver_once(const AudioBuffer& audio, const FinishOptions& finish,
                      const EncodeOptions& encode, const AudioTags& tags) {
  Delivery delivery;
  delivery.audio = finish_audio(audio, finish);
  delivery.bytes = encode_audio(delivery.audio, encode, tags);
  delivery.loudness = measure_loudness(decode_audio(delivery.bytes));
  return delivery;
}

}  // namespace

Delivery deliver_audio(const AudioBuffer& audio, const FinishOptions& finish,
                       const EncodeOptions& encode, const AudioTags& tags) {
  FinishOptions steered = finish;
  if (!finish.sample_rate_hz)
    steered.sample_rate_hz = required_rate(encode.format, audio.sample_rate_hz);
  steered.ceiling_dbtp = ceiling_for(encode.format, finish.ceiling_dbtp);
  Delivery best;
  double smallest_fault = std::numeric_limits<double>::infinity();
  for (int attempt = 0; attempt < kMaxTries; ++attempt) {
    Delivery delivery = deliver_once(audio, steered, encode, tags);
    const Faults faults = find_faults(delivery, finish, steered);
    if (faults.sum() < smallest_fault) best = std::move(delivery);
    smallest_fault = std::min(smallest_fault, faults.sum());
    if (is_lossless(encode.format) || faults.are_small()) break;
    steer(steered, faults, finish);
  }
  return best;
}

}  // namespace cadenza

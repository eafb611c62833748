#include "lib/audio/mp3.h"

#include <fmt/format.h>
#include <lame/lame.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <memory>
#include <vector>

#include "lib/audio/id3.h"
#include "lib/error.h"

namespace cadenza {

namespace {

constexpr int kDefaultVbrQuality = 2;
constexpr int kAlgorithmQuality = 2;  // LAME's own 0 (slow) .. 9; 2 is its "near best"

constexpr std::array kRates = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000};
constexpr std::array kLowBitrates = {8, 16, 24, 32, 40, 48, 56, 64};  // MPEG 2.5
constexpr std::array kMidBitrates = {8,  16, 24, 32,  40,  48,  56,
                                     64, 80, 96, 112, 128, 144, 160};  // MPEG 2
constexpr std::array kHighBitrates = {32,  40,  48,  56,  64,  80,  96,
                                      112, 128, 160, 192, 224, 256, 320};  // MPEG 1

void stay_silent(const char*, std::va_list) {}

struct Close {
  void operator()(lame_global_flags* lame) const { lame_close(lame); }
};
using Lame = std::unique_ptr<lame_global_flags, Close>;

int expect_size(int size, const char* what) {
  if (size < 0) fail(ErrorKind::internal, fmt::format("encoding mp3: {} failed ({})", what, size));
  return size;
}

void set_rate_control(lame_global_flags* lame, const EncodeOptions& options) {
  if (options.bitrate_kbps) {
    lame_set_VBR(lame, vbr_off);
    lame_set_brate(lame, *options.bitrate_kbps);
  } else {
    lame_set_VBR(lame, vbr_mtrh);
    lame_set_VBR_q(lame, options.vbr_quality.value_or(kDefaultVbrQuality));
  }
}

Lame make_lame(const AudioBuffer& audio, const EncodeOptions& options, const AudioTags& tags,
               float scale) {
  Lame lame(lame_init());
  if (!lame) fail(ErrorKind::internal, "encoding mp3: LAME cannot start");
  lame_set_errorf(lame.get(), stay_silent);
  lame_set_debugf(lame.get(), stay_silent);
  lame_set_msgf(lame.get(), stay_silent);
  lame_set_in_samplerate(lame.get(), audio.sample_rate_hz);
  lame_set_out_samplerate(lame.get(), audio.sample_rate_hz);  // else low qualities resample
  lame_set_num_channels(lame.get(), audio.num_channels);
  lame_set_mode(lame.get(), audio.num_channels == 1 ? MONO : JOINT_STEREO);
  lame_set_num_samples(lame.get(), static_cast<unsigned long>(audio.num_frames()));
  lame_set_quality(lame.get(), kAlgorithmQuality);
  set_rate_control(lame.get(), options);
  lame_set_scale(lame.get(), scale);
  set_id3_tags(lame.get(), tags);
  expect_size(lame_init_params(lame.get()), "lame_init_params");
  return lame;
}

// LAME's tunings for constant bitrates below 320 turn the sound down by up to half a decibel. What
// they multiply by is known only after lame_init_params, hence the trial.
Lame make_level_lame(const AudioBuffer& audio, const EncodeOptions& options,
                     const AudioTags& tags) {
  const auto trial = make_lame(audio, options, {}, 1);
  return make_lame(audio, options, tags, 1 / lame_get_scale(trial.get()));
}

std::string encode_frames(lame_global_flags* lame, const AudioBuffer& audio) {
  constexpr int kBlockFrames = 1152 * 16;
  std::vector<unsigned char> buffer(kBlockFrames * 5 / 4 + 7200);  // LAME's worst case
  const int room = static_cast<int>(buffer.size());
  std::string out;
  const auto append = [&](int size, const char* what) {
    out.append(reinterpret_cast<const char*>(buffer.data()),
               static_cast<std::size_t>(expect_size(size, what)));
  };
  for (std::int64_t first = 0; first < audio.num_frames(); first += kBlockFrames) {
    const int count =
        static_cast<int>(std::min<std::int64_t>(kBlockFrames, audio.num_frames() - first));
    const float* samples = audio.samples.data() + first * audio.num_channels;
    append(
        audio.num_channels == 1
            ? lame_encode_buffer_ieee_float(lame, samples, samples, count, buffer.data(), room)
            : lame_encode_buffer_interleaved_ieee_float(lame, samples, count, buffer.data(), room),
        "lame_encode_buffer");
  }
  append(lame_encode_flush(lame, buffer.data(), room), "lame_encode_flush");
  return out;
}

// LAME left an empty frame at the head for this: bitrate, seek table, delay and padding.
void put_info_frame(lame_global_flags* lame, std::string& frames) {
  std::vector<unsigned char> info(lame_get_lametag_frame(lame, nullptr, 0));
  const std::size_t size = lame_get_lametag_frame(lame, info.data(), info.size());
  if (size == 0 || size > frames.size())
    fail(ErrorKind::internal, fmt::format("encoding mp3: an info frame of {} bytes", size));
  std::copy_n(info.begin(), size, frames.begin());
}

}  // namespace

std::span<const int> mp3_sample_rates() { return kRates; }

std::span<const int> mp3_bitrates_kbps(int sample_rate_hz) {
  if (std::find(kRates.begin(), kRates.end(), sample_rate_hz) == kRates.end()) return {};
  if (sample_rate_hz < 16000) return kLowBitrates;
  if (sample_rate_hz < 32000) return kMidBitrates;
  return kHighBitrates;
}

std::string encode_mp3(const AudioBuffer& audio, const EncodeOptions& options,
                       const AudioTags& tags) {
  const auto lame = make_level_lame(audio, options, tags);
  std::string frames = encode_frames(lame.get(), audio);
  put_info_frame(lame.get(), frames);
  return id3v2_bytes(lame.get()) + frames;
}

}  // namespace cadenza

// Finished sound to bytes of a file format, with its tags. Nothing here touches the disk: the bytes
// go to lib/io/publish.h. Deterministic: the same samples and options give the same bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/audio/audio_buffer.h"

namespace cadenza {

enum class AudioFormat { wav, mp3, flac, ogg, opus };

// From a word ("wav"); throws Error(usage) naming what is allowed. From a file name's suffix; empty
// when the suffix is none of ours.
AudioFormat parse_audio_format(const std::string& word);
std::optional<AudioFormat> format_of_path(const std::string& path);
const char* format_name(AudioFormat format);  // also the suffix, without the dot

enum class SampleFormat { int16, int24, float32 };
const char* sample_format_name(SampleFormat bits);  // "16", "24", "32f"

struct EncodeOptions {
  AudioFormat format = AudioFormat::wav;
  SampleFormat bits = SampleFormat::int16;  // wav: all three; flac: int16, int24; others ignore it
  std::optional<int> bitrate_kbps;          // mp3: constant bitrate
  std::optional<int> vbr_quality;  // mp3: 0 (best) .. 9; default 2 when no bitrate is given
  std::uint64_t dither_seed = 0;   // TPDF dither of integer formats
};

// Marks written into the audio itself. Values are UTF-8. Written as WAV LIST/INFO + bext + iXML,
// ID3v2 (UTF-16, TXXX), Vorbis comments.
struct AudioTags {
  std::string title, artist, comment, software, copyright;  // standard fields; empty: left out
  std::vector<std::pair<std::string, std::string>> custom;  // e.g. {"ai_generated", "true"}
};

// The sample rate a format needs for sound at `sample_rate_hz`: 48000 for opus, the same for
// others. encode_audio resamples nothing; finish_audio does.
int required_rate(AudioFormat format, int sample_rate_hz);

// The true-peak ceiling for finish_audio that keeps the *decoded* file below `ceiling_dbtp`: lossy
// coding moves peaks, so its formats need room.
double ceiling_for(AudioFormat format, double ceiling_dbtp);

// Throws Error(usage): "bitrate: expected none for wav, found 192". For before the model is loaded;
// encode_audio checks again.
void validate(const EncodeOptions& options, int sample_rate_hz, int num_channels);

// Throws what validate throws, and Error(internal) for NaN or Inf samples, naming the first.
std::string encode_audio(const AudioBuffer& audio, const EncodeOptions& options,
                         const AudioTags& tags);

}  // namespace cadenza

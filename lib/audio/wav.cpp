#include "lib/audio/wav.h"

#include <fmt/format.h>

#include "lib/audio/sndfile_writer.h"
#include "lib/audio/wav_marks.h"
#include "lib/error.h"

namespace cadenza {

namespace {

int coding_of(SampleFormat bits) {
  switch (bits) {
    case SampleFormat::int16:
      return SF_FORMAT_PCM_16;
    case SampleFormat::int24:
      return SF_FORMAT_PCM_24;
    case SampleFormat::float32:
      return SF_FORMAT_FLOAT;
  }
  return SF_FORMAT_PCM_16;
}

int bytes_of(SampleFormat bits) {
  return bits == SampleFormat::int16 ? 2 : bits == SampleFormat::int24 ? 3 : 4;
}

// Before the samples, where readers that stream find them. The file is "RIFF", the size of all that
// follows, "WAVE", then `fmt ` and perhaps `fact`, numbers that never spell "data".
void insert_marks(std::string& bytes, const std::string& marks) {
  const std::size_t data = bytes.find("data", 12);
  if (data == std::string::npos) fail(ErrorKind::internal, "the WAV encoder wrote no data chunk");
  bytes.insert(data, marks);
  const std::size_t riff_size = bytes.size() - 8;
  for (std::size_t i = 0; i < 4; ++i)
    bytes[4 + i] = static_cast<char>((riff_size >> (8 * i)) & 0xFF);
}

}  // namespace

void expect_wav_fits(std::int64_t num_frames, int num_channels, SampleFormat bits,
                     std::size_t marks_size_bytes) {
  constexpr std::int64_t kHeaderSize = 256;  // more than fmt, fact and data headers take
  const std::int64_t num_bytes = num_frames * num_channels * bytes_of(bits);
  if (num_bytes + static_cast<std::int64_t>(marks_size_bytes) + kHeaderSize > INT64_C(0xFFFFFFFF))
    fail(ErrorKind::usage,
         fmt::format("{} bytes of samples do not fit a WAV file, which holds 4 GiB", num_bytes),
         "choose --format flac");
}

std::string encode_wav(const AudioBuffer& audio, const EncodeOptions& options,
                       const AudioTags& tags) {
  const std::string marks = wav_marks(tags, audio, options.bits);
  expect_wav_fits(audio.num_frames(), audio.num_channels, options.bits, marks.size());
  SndfileWriter writer(SF_FORMAT_WAV | coding_of(options.bits), audio);
  sf_command(writer.handle(), SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);
  if (options.bits == SampleFormat::float32)
    writer.write_as_floats(audio);
  else
    writer.write_as_integers(audio, 8 * bytes_of(options.bits), options.dither_seed);
  std::string bytes = writer.finish();
  insert_marks(bytes, marks);
  return bytes;
}

}  // namespace cadenza

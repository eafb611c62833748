#include "lib/audio/wav.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "lib/audio/ixml.h"
#include "lib/audio/sndfile_writer.h"
#include "lib/audio/tags.h"
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

void expect_taken(bool was_taken, SNDFILE* file, const char* what) {
  if (!was_taken)
    fail(ErrorKind::internal, fmt::format("marking a WAV file: {}: {}", what, sf_strerror(file)));
}

// libsndfile adds its own name and version behind the software.
void set_info(SNDFILE* file, const AudioTags& tags) {
  const auto set = [file](int field, const std::string& value) {
    if (value.empty()) return;
    expect_taken(sf_set_string(file, field, value.c_str()) == 0, file, "LIST/INFO");
  };
  set(SF_STR_TITLE, tags.title);
  set(SF_STR_ARTIST, tags.artist);
  set(SF_STR_COMMENT, tags.comment);
  set(SF_STR_SOFTWARE, tags.software);
  set(SF_STR_COPYRIGHT, tags.copyright);
}

template <std::size_t kSize>
void fill(char (&field)[kSize], std::string_view text) {
  const auto ascii = ascii_only(text, kSize);
  std::memcpy(field, ascii.data(), ascii.size());
}

// EBU Tech 3285: ASCII fields of fixed size. Date and time stay empty, or two runs would differ.
void set_bext(SNDFILE* file, const AudioTags& tags) {
  SF_BROADCAST_INFO bext{};
  fill(bext.description, one_line(tags.custom));
  fill(bext.originator, "Cadenza");
  bext.version = 1;
  expect_taken(sf_command(file, SFC_SET_BROADCAST_INFO, &bext, sizeof bext) == SF_TRUE, file,
               "bext");
}

void set_ixml(SNDFILE* file, const AudioTags& tags) {
  std::string document = ixml_document(tags);
  SF_CHUNK_INFO chunk{};
  std::memcpy(chunk.id, "iXML", 4);
  chunk.id_size = 4;
  chunk.datalen = static_cast<unsigned>(document.size());
  chunk.data = document.data();  // copied by libsndfile
  expect_taken(sf_set_chunk(file, &chunk) == SF_ERR_NO_ERROR, file, "iXML");
}

}  // namespace

void expect_wav_fits(std::int64_t num_frames, int num_channels, SampleFormat bits) {
  constexpr std::int64_t kRoomForMarks = 16 << 20;
  const std::int64_t num_bytes = num_frames * num_channels * bytes_of(bits);
  if (num_bytes + kRoomForMarks > INT64_C(0xFFFFFFFF))
    fail(ErrorKind::usage,
         fmt::format("{} bytes of samples do not fit a WAV file, which holds 4 GiB", num_bytes),
         "choose --format flac");
}

std::string encode_wav(const AudioBuffer& audio, const EncodeOptions& options,
                       const AudioTags& tags) {
  expect_wav_fits(audio.num_frames(), audio.num_channels, options.bits);
  SndfileWriter writer(SF_FORMAT_WAV | coding_of(options.bits), audio);
  sf_command(writer.handle(), SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);
  if (has_marks(tags)) {
    set_bext(writer.handle(), tags);
    set_info(writer.handle(), tags);
    set_ixml(writer.handle(), tags);
  }
  if (options.bits == SampleFormat::float32)
    writer.write_as_floats(audio);
  else
    writer.write_as_integers(audio, 8 * bytes_of(options.bits), options.dither_seed);
  return writer.finish();
}

}  // namespace cadenza

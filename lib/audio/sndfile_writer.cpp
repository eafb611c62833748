#include "lib/audio/sndfile_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "lib/audio/dither.h"
#include "lib/error.h"

namespace cadenza {

namespace {

// libvorbis keeps a whole write on the stack: one of a minute overflows it.
constexpr std::size_t kBlockFrames = 4096;

template <class Visit>
void for_each_block(const AudioBuffer& audio, Visit visit) {
  const std::span<const float> samples(audio.samples);
  const std::size_t block = kBlockFrames * static_cast<std::size_t>(audio.num_channels);
  for (std::size_t first = 0; first < samples.size(); first += block)
    visit(first, samples.subspan(first, std::min(block, samples.size() - first)));
}

}  // namespace

SndfileWriter::SndfileWriter(int format, const AudioBuffer& audio)
    : memory_(std::make_unique<MemoryFile>()) {
  SF_INFO info{};
  info.format = format;
  info.samplerate = audio.sample_rate_hz;
  info.channels = audio.num_channels;
  auto io = MemoryFile::callbacks();
  file_.reset(sf_open_virtual(&io, SFM_WRITE, &info, memory_.get()));
  if (!file_)
    fail(ErrorKind::internal, fmt::format("encoding {} channels at {} Hz: {}", audio.num_channels,
                                          audio.sample_rate_hz, sf_strerror(nullptr)));
}

void SndfileWriter::expect_written(sf_count_t written, sf_count_t wanted) const {
  if (written != wanted)
    fail(ErrorKind::internal, fmt::format("encoding: {} of {} samples taken: {}", written, wanted,
                                          sf_strerror(file_.get())));
}

void SndfileWriter::write_as_floats(const AudioBuffer& audio) {
  for_each_block(audio, [this](std::size_t, std::span<const float> block) {
    const auto count = static_cast<sf_count_t>(block.size());
    expect_written(sf_write_float(file_.get(), block.data(), count), count);
  });
}

void SndfileWriter::write_as_integers(const AudioBuffer& audio, int bits,
                                      std::uint64_t dither_seed) {
  std::vector<std::int32_t> integers;
  for_each_block(audio, [&](std::size_t first, std::span<const float> block) {
    integers.resize(block.size());
    quantize(block, bits, dither_seed, first, integers);
    const auto count = static_cast<sf_count_t>(block.size());
    expect_written(sf_write_int(file_.get(), integers.data(), count), count);
  });
}

std::string SndfileWriter::finish() {
  const int code = sf_close(file_.release());
  if (code != SF_ERR_NO_ERROR)
    fail(ErrorKind::internal, fmt::format("encoding: closing: {}", sf_error_number(code)));
  return std::move(memory_->bytes);
}

}  // namespace cadenza

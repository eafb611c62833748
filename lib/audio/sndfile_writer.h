// libsndfile writing into memory: the frame that WAV, FLAC, Ogg Vorbis and Opus share.
#pragma once

#include <sndfile.h>

#include <cstdint>
#include <memory>
#include <string>

#include "lib/audio/audio_buffer.h"
#include "lib/audio/memory_file.h"

namespace cadenza {

class SndfileWriter {
 public:
  // format: SF_FORMAT_… container and coding. Throws Error(internal) naming what libsndfile said.
  SndfileWriter(int format, const AudioBuffer& audio);

  // For sf_command, before the first sample.
  SNDFILE* handle() const { return file_.get(); }

  // One of the two, once. bits: 16 or 24, dithered (lib/audio/dither.h).
  void write_as_floats(const AudioBuffer& audio);
  void write_as_integers(const AudioBuffer& audio, int bits, std::uint64_t dither_seed);

  // Closes the file and returns its bytes.
  std::string finish();

 private:
  void expect_written(sf_count_t written, sf_count_t wanted) const;

  std::unique_ptr<MemoryFile> memory_;  // libsndfile keeps its address
  std::unique_ptr<SNDFILE, CloseSndfile> file_;
};

}  // namespace cadenza

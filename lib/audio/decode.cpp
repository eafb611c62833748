#include "lib/audio/decode.h"

#include <fmt/format.h>
#include <sndfile.h>

#include <memory>
#include <utility>
#include <vector>

#include "lib/audio/memory_file.h"
#include "lib/error.h"

namespace cadenza {

AudioBuffer decode_audio(std::string bytes) {
  MemoryFile memory{std::move(bytes)};
  auto io = MemoryFile::callbacks();
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, CloseSndfile> file(sf_open_virtual(&io, SFM_READ, &info, &memory));
  if (!file) fail(ErrorKind::internal, fmt::format("decoding: {}", sf_strerror(nullptr)));
  AudioBuffer audio{.sample_rate_hz = info.samplerate, .num_channels = info.channels};
  std::vector<float> block(static_cast<std::size_t>(info.channels) * 4096);
  const auto wanted = static_cast<sf_count_t>(block.size());
  for (sf_count_t count; (count = sf_read_float(file.get(), block.data(), wanted)) > 0;)
    audio.samples.insert(audio.samples.end(), block.begin(), block.begin() + count);
  return audio;
}

}  // namespace cadenza

#include "lib/audio/audio_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lib/error.h"

namespace cadenza {

void expect_sound(const AudioBuffer& audio) {
  if (audio.sample_rate_hz <= 0 || audio.num_channels <= 0)
    fail(ErrorKind::internal, fmt::format("audio of {} channels at {} Hz is not sound",
                                          audio.num_channels, audio.sample_rate_hz));
  const auto channels = static_cast<std::size_t>(audio.num_channels);
  if (audio.samples.size() % channels != 0)
    fail(ErrorKind::internal, fmt::format("{} samples are not whole frames of {} channels",
                                          audio.samples.size(), channels));
  const auto bad = std::find_if_not(audio.samples.begin(), audio.samples.end(),
                                    [](float sample) { return std::isfinite(sample); });
  if (bad == audio.samples.end()) return;
  const auto index = static_cast<std::size_t>(bad - audio.samples.begin());
  fail(ErrorKind::internal, fmt::format("non-finite sample at frame {}, channel {} of {} ({})",
                                        index / channels, index % channels + 1, channels, *bad));
}

}  // namespace cadenza

// Sound in memory: interleaved 32-bit float, full scale at 1.0 (values beyond it are legal).
#pragma once

#include <cstdint>
#include <vector>

namespace cadenza {

struct AudioBuffer {
  int sample_rate_hz = 32000;
  int num_channels = 1;
  std::vector<float> samples;  // (N, C): frame by frame, channels inside a frame

  std::int64_t num_frames() const {
    return static_cast<std::int64_t>(samples.size()) / num_channels;
  }
  double duration_s() const { return static_cast<double>(num_frames()) / sample_rate_hz; }
};

}  // namespace cadenza

// The one interface between the track-making tool and the neural nets: words and numbers in, sound
// and tokens out. Implemented in models/musicgen, by fakes in tests. No tensor crosses it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/audio/audio_buffer.h"
#include "lib/progress.h"
#include "lib/stop.h"

namespace cadenza {

// How tokens are drawn. These are the values in use; GenerationRequest holds what was asked for.
struct SamplingSettings {
  double temperature = 1.0;  // 0 means greedy
  int top_k = 250;           // 0: off; ties at the k-th value are kept
  double top_p = 0.0;        // 0 or 1: off; applied after top_k
  double guidance = 3.0;     // classifier-free guidance; 1 (or less) means unguided
  bool is_greedy = false;
};

// Codec tokens with the delay undone.
struct Tokens {
  int num_codebooks = 0;            // K
  std::int64_t num_frames = 0;      // T
  std::vector<std::int16_t> codes;  // (K, T), codebook by codebook
};

// One track to make.
struct TrackRequest {
  std::string conditioning_text;  // exactly what the text encoder reads; empty means unconditioned
  std::int64_t num_frames = 0;    // T, codec frames to generate
  std::uint64_t seed = 0;
  SamplingSettings sampling;
};

struct GenerationStats {
  double text_s = 0, decode_s = 0, codec_s = 0;
  std::int64_t num_steps = 0;  // forward passes of the language model
};

struct Track {
  AudioBuffer audio;  // exactly num_frames * samples_per_frame long
  Tokens tokens;
  std::vector<std::int32_t> text_tokens;  // with the end token
  GenerationStats stats;
};

// What a checkpoint is, read from its files without loading weights.
struct ModelInfo {
  std::string name;      // "starter", "facebook/musicgen-small", or the directory's name
  std::string revision;  // commit of a hub snapshot; empty when unknown
  std::string license;   // SPDX-like: "MIT", "CC-BY-NC-4.0", "unknown"
  std::int64_t num_parameters = 0;
  std::int64_t size_bytes = 0;  // of all weight files
  int sample_rate_hz = 0;
  int num_channels = 0;                // 2 for stereo models
  int num_codebooks = 0;               // K
  int codebook_size = 0;               // V
  int samples_per_frame = 0;           // hop
  std::int64_t window_frames = 0;      // the longest piece the model makes in one go
  SamplingSettings sampling_defaults;  // generation_config.json over our own
  std::vector<std::string> files;      // names, config files included

  double frame_rate_hz() const { return static_cast<double>(sample_rate_hz) / samples_per_frame; }
};

// Where and how a loaded generator computes.
struct RuntimeInfo {
  std::string device;       // "cpu", "cuda:0"
  std::string device_name;  // "AMD EPYC ...", "NVIDIA H100 ..."
  std::string precision;    // "fp32", "bf16"
  int threads = 0;          // CPU only
  double load_s = 0;
};

class Error;

// One of many tracks. tag: whatever the queue knows it by.
struct TrackJob {
  std::int64_t tag = 0;
  TrackRequest request;
  // A track that is not done by then fails with Error(temporary); looked at once per step.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

// Where a generator gets its tracks from and gives them to. All calls come from one thread, the one
// that runs generate_all. What completed and failed throw ends generate_all.
class TrackQueue {
 public:
  virtual ~TrackQueue() = default;
  // Nothing: none is waiting now. Asked again after each track that ends, while others still run.
  virtual std::optional<TrackJob> next() = 0;
  virtual void completed(std::int64_t tag, Track track) = 0;
  virtual void failed(std::int64_t tag, const Error& error) = 0;
  // Fewer tracks will run at the same time than asked for, because memory does not allow more.
  virtual void reduced(int /*max_tracks*/) {}
};

// Is it more than one track's failure?
bool ends_everything(const Error& error);

// What a track fails with when its deadline has passed.
Error timeout_error();

class Generator {
 public:
  virtual ~Generator() = default;

  virtual const ModelInfo& model() const = 0;
  virtual const RuntimeInfo& runtime() const = 0;

  // Deterministic in (request, model bytes, device kind, precision). Looks at `stop` once per step.
  // Throws Error: bad_model or internal on non-finite logits, temporary when memory runs out.
  virtual Track generate(const TrackRequest& request, ProgressReporter& progress,
                         const StopFlag& stop) = 0;

  // Makes tracks until the queue has none and none runs, at most max_tracks at the same time (0: as
  // many as pay off and fit in memory); they may end in any order. Each is what generate makes of its request alone. Throws
  // Error(interrupted, terminated) when `stop` is set, dropping what runs, and Error(device) when
  // no further track can be made. Here: one at a time, in order.
  virtual void generate_all(TrackQueue& queue, int max_tracks, ProgressReporter& progress,
                            const StopFlag& stop);
};

}  // namespace cadenza

// One track from request to files: generated, finished, encoded with its marks, then published in
// the order audio, tokens, metadata, so that a metadata file never stands without its audio.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/audio/audio_file.h"
#include "lib/audio/finish.h"
#include "lib/generator.h"
#include "lib/io/publish.h"
#include "lib/request.h"
#include "lib/sidecar.h"

namespace cadenza {

struct TrackFiles {
  std::filesystem::path audio;
  std::optional<std::filesystem::path> tokens, metadata;
};

// Everything that decides the bytes of one track.
struct TrackOrder {
  std::string id;
  GenerationRequest request;  // as asked, whole; its count and seed are those of the request
  std::uint64_t seed = 0;     // of this very track
  FinishOptions finish;       // duration_s is taken from the request
  EncodeOptions encode;       // dither_seed is taken from the seed
  bool embeds_prompt = true;  // may the audio's tags and the token file hold the prompt?
  std::vector<std::pair<std::string, std::string>> model_files;  // name, SHA-256; may be empty
};

struct RenderedTrack {
  std::string audio_bytes;
  Tokens tokens;
  std::map<std::string, std::string> token_metadata;
  Sidecar sidecar;  // complete but for the names of files
};

// Codec frames that cover the request's duration.
std::int64_t frames_for(double duration_s, const ModelInfo& model);

// What is used where the request is silent; asked for again, it gives this very track.
GenerationRequest effective_request(const TrackOrder& order, const ModelInfo& model);

// The duration fits the model and its sample rate, and the format takes the result. For before the
// model is loaded. Throws Error(usage).
void expect_feasible(const TrackOrder& order, const ModelInfo& model);

// What the generator is asked for.
TrackRequest track_request(const TrackOrder& order, const ModelInfo& model);

// When work on a track began, for its record.
struct TrackStart {
  std::chrono::steady_clock::time_point clock = std::chrono::steady_clock::now();
  std::time_t time = std::time(nullptr);
};

// From what the generator made to bytes and record. Throws Error of every kind finishing and
// encoding throw.
RenderedTrack finish_track(const Generator& generator, const TrackOrder& order, Track track,
                           const TrackStart& start, ProgressReporter& progress);

// All of it for one track. Throws Error of every kind the generator, finishing and encoding throw;
// interrupted and terminated when `stop` is set.
RenderedTrack render_track(Generator& generator, const TrackOrder& order,
                           ProgressReporter& progress, const StopFlag& stop);

// The files of a track in the order they are published, and the sidecar with their names.
struct TrackContent {
  Sidecar sidecar;
  std::vector<std::pair<std::filesystem::path, std::string>> files;  // path, bytes
};
TrackContent track_content(const RenderedTrack& track, const TrackFiles& files);

// Writes the files and returns the sidecar with their names. When a later file fails, the earlier
// ones of this track are taken away again. Throws Error(io, usage).
Sidecar publish_track(const RenderedTrack& track, const TrackFiles& files, Overwrite overwrite);

}  // namespace cadenza

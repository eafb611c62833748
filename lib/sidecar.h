// The metadata JSON beside every track: one documented schema (docs/sidecar.schema.json,
// docs/FORMATS.md). Plain data here; members without a value are left out of the JSON.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/audio/finish.h"
#include "lib/generator.h"
#include "lib/request.h"

namespace cadenza {

struct AudioRecord {
  std::string path;  // file name, relative to the sidecar
  std::string format;
  int sample_rate_hz = 0, channels = 0;
  std::string bits;                     // "16", "24", "32f"; empty for lossy formats
  std::optional<int> bitrate_kbps;
  std::int64_t frames = 0, bytes = 0;
  std::string sha256;
};

struct Sidecar {
  std::string id;
  std::string status = "completed";
  std::string created_at, completed_at;  // RFC 3339 UTC
  double generation_time_s = 0;
  std::map<std::string, double> timings_s;  // load text decode codec post encode
  GenerationRequest request;                // as asked
  GenerationRequest effective;              // as used: every default filled in
  SamplingSettings sampling;
  FinishOptions finish;            // of it what `output` holds; rate and channels stand in `audio`
  std::optional<int> vbr_quality;  // mp3, when asked for
  bool embeds_prompt = true;
  std::uint64_t seed = 0;
  std::string conditioning_text;
  std::vector<std::int32_t> text_tokens;
  ModelInfo model;
  std::vector<std::pair<std::string, std::string>> model_files;  // name, sha256
  RuntimeInfo runtime;
  double duration_s = 0;
  LoudnessMeasure loudness;
  std::vector<AudioRecord> audio;
  std::optional<std::pair<std::string, std::string>> tokens;  // file name, sha256
};

// UTF-8, two-space indent, ends with a newline.
std::string to_json(const Sidecar& sidecar);

// ID.error.json of a failed job.
std::string failure_json(const std::string& id, const GenerationRequest& request,
                         const std::string& kind, const std::string& message,
                         const std::string& hint);

}  // namespace cadenza

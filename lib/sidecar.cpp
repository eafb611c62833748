#include "lib/sidecar.h"

#include <cmath>
#include <string_view>

#include "lib/request_json.h"
#include "lib/version.h"

namespace cadenza {

namespace {

constexpr int kSchemaVersion = 1;
constexpr std::string_view kUnknownCommit = "unknown";  // built outside a clone

// IPTC's word for "made by a trained model", as machine-readable marking of synthetic media asks.
constexpr const char* kDigitalSourceType =
    "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

std::int64_t milliseconds(double seconds) { return std::llround(seconds * 1000); }

void put_text(Json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

// JSON has no -inf, which is the loudness of silence.
void put_finite(Json& object, const char* name, double value) {
  if (std::isfinite(value)) object[name] = value;
}

Json timings_object(const std::map<std::string, double>& timings_s) {
  Json object = Json::object();
  for (const char* stage : {"load", "text", "decode", "codec", "post", "encode"})
    if (const auto entry = timings_s.find(stage); entry != timings_s.end())
      object[stage] = milliseconds(entry->second);
  return object;
}

Json model_object(const Sidecar& sidecar) {
  const ModelInfo& model = sidecar.model;
  Json object = Json::object();
  put_text(object, "name", model.name);
  put_text(object, "revision", model.revision);
  if (!sidecar.model_files.empty()) {
    Json& files = object["files"] = Json::object();
    for (const auto& [name, sha256] : sidecar.model_files) files[name] = {{"sha256", sha256}};
  }
  put_text(object, "license", model.license);
  if (model.num_parameters > 0) object["parameters"] = model.num_parameters;
  put_text(object, "precision", sidecar.runtime.precision);
  return object;
}

void put_runtime(Json& record, const RuntimeInfo& runtime) {
  put_text(record, "device", runtime.device);
  put_text(record, "device_name", runtime.device_name);
  if (runtime.threads > 0) record["threads"] = runtime.threads;
}

Json sampling_object(const SamplingSettings& sampling, std::uint64_t seed) {
  return {{"temperature", sampling.temperature},
          {"top_k", sampling.top_k},
          {"top_p", sampling.top_p},
          {"guidance", sampling.guidance},
          {"greedy", sampling.is_greedy},
          {"seed", seed}};
}

Json loudness_value(const FinishOptions& finish) {
  if (finish.loudness == LoudnessMode::off) return "off";
  if (finish.loudness == LoudnessMode::peak) return "peak";
  return finish.loudness_lufs;
}

// What shaped the sound after the model, besides what `audio` says of the files: without it nobody
// could make the same bytes again.
Json output_object(const Sidecar& sidecar) {
  const FinishOptions& finish = sidecar.finish;
  Json object = {{"loudness", loudness_value(finish)},
                 {"fade_in", finish.fade_in_s},
                 {"fade_out", finish.fade_out_s},
                 {"trim_silence", finish.trims_silence},
                 {"embed_prompt", sidecar.embeds_prompt}};
  if (sidecar.vbr_quality) object["vbr"] = *sidecar.vbr_quality;
  return object;
}

Json measured_object(const Sidecar& sidecar) {
  Json object = {{"duration_s", sidecar.duration_s}};
  put_finite(object, "loudness_lufs", sidecar.loudness.integrated_lufs);
  put_finite(object, "lra", sidecar.loudness.range_lu);
  put_finite(object, "true_peak_dbtp", sidecar.loudness.true_peak_dbtp);
  return object;
}

Json audio_object(const AudioRecord& audio) {
  Json object = {{"path", audio.path},
                 {"format", audio.format},
                 {"sample_rate", audio.sample_rate_hz},
                 {"channels", audio.channels}};
  if (!audio.bits.empty()) object["bits"] = std::stoi(audio.bits);  // "32f": 32 is always float
  if (audio.bitrate_kbps) object["bitrate"] = *audio.bitrate_kbps;
  object["frames"] = audio.frames;
  object["bytes"] = audio.bytes;
  object["sha256"] = audio.sha256;
  return object;
}

Json tool_object() {
  Json object = {{"name", "cadenza"}, {"version", std::string(kVersion)}};
  if (kCommit != kUnknownCommit) object["commit"] = std::string(kCommit);
  return object;
}

// What every record begins with.
Json record_head(const std::string& id, const GenerationRequest& request,
                 const std::string& status) {
  Json record = {{"schema_version", kSchemaVersion}};
  put_text(record, "id", id);
  if (request.owner) record["owner"] = *request.owner;
  record["status"] = status;
  return record;
}

void put_provenance(Json& record) {
  record["ai_generated"] = true;
  record["digital_source_type"] = kDigitalSourceType;
}

void put_outputs(Json& record, const Sidecar& sidecar) {
  record["measured"] = measured_object(sidecar);
  Json& audio = record["audio"] = Json::array();
  for (const auto& entry : sidecar.audio) audio.push_back(audio_object(entry));
  if (sidecar.tokens)
    record["tokens"] = {{"path", sidecar.tokens->first}, {"sha256", sidecar.tokens->second}};
}

// File names and the request of a failed job may hold bytes that are no UTF-8; a record about them
// is worth more than none, so these become U+FFFD here.
std::string document(const Json& record) {
  return record.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string to_json(const Sidecar& sidecar) {
  Json record = record_head(sidecar.id, sidecar.request, sidecar.status);
  put_text(record, "created_at", sidecar.created_at);
  put_text(record, "completed_at", sidecar.completed_at);
  record["generation_time_ms"] = milliseconds(sidecar.generation_time_s);
  record["timings"] = timings_object(sidecar.timings_s);
  record["request"] = request_object(sidecar.request);
  record["effective"] = request_object(sidecar.effective);
  record["conditioning_text"] = sidecar.conditioning_text;
  record["text_tokens"] = sidecar.text_tokens;
  record["template"] = sidecar.effective.template_name;
  record["model"] = model_object(sidecar);
  put_runtime(record, sidecar.runtime);
  record["sampling"] = sampling_object(sidecar.sampling, sidecar.seed);
  record["output"] = output_object(sidecar);
  put_outputs(record, sidecar);
  put_provenance(record);
  record["tool"] = tool_object();
  return document(record);
}

std::string failure_json(const std::string& id, const GenerationRequest& request,
                         const std::string& kind, const std::string& message,
                         const std::string& hint) {
  Json record = record_head(id, request, "failed");
  record["request"] = request_object(request);
  record["tool"] = tool_object();
  Json error = {{"kind", kind}, {"message", message}};
  put_text(error, "hint", hint);
  record["error"] = std::move(error);
  return document(record);
}

}  // namespace cadenza

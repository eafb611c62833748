#include "lib/make_track.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <system_error>

#include "lib/audio/deliver.h"
#include "lib/error.h"
#include "lib/io/sha256.h"
#include "lib/prompt_text.h"
#include "lib/token_file.h"
#include "lib/version.h"

namespace cadenza {

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kDigitalSourceType =
    "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

// Runs `work` as a stage of progress and returns the seconds it took.
template <typename Work>
double timed(ProgressReporter& progress, const char* stage, Work&& work) {
  progress.begin(stage, 0);
  const auto start = Clock::now();
  work();
  progress.end();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// RFC 3339 in UTC, to the second.
std::string utc_text(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string tool_name() { return "cadenza " + std::string(kVersion); }

AudioTags make_tags(const TrackOrder& order, const ModelInfo& model) {
  AudioTags tags;
  tags.title = order.embeds_prompt ? order.request.prompt : order.id;
  tags.comment = "AI-generated music; model " + model.name;
  tags.software = tool_name();
  tags.copyright = "Licence of the model's weights: " + model.license;
  tags.custom = {{"ai_generated", "true"},
                 {"digital_source_type", kDigitalSourceType},
                 {"model", model.name},
                 {"model_license", model.license},
                 {"seed", fmt::format("{}", order.seed)},
                 {"tool", tool_name()}};
  if (order.embeds_prompt) tags.custom.emplace_back("prompt", order.request.prompt);
  return tags;
}

std::map<std::string, std::string> make_token_metadata(const TrackOrder& order,
                                                       const Sidecar& sidecar) {
  std::map<std::string, std::string> metadata{{"ai_generated", "true"},
                                              {"id", order.id},
                                              {"model", sidecar.model.name},
                                              {"model_license", sidecar.model.license},
                                              {"seed", fmt::format("{}", order.seed)},
                                              {"tool", tool_name()}};
  if (!sidecar.model.revision.empty()) metadata["model_revision"] = sidecar.model.revision;
  if (order.embeds_prompt) metadata["request"] = to_json(sidecar.effective);
  return metadata;
}

FinishOptions finish_options(const TrackOrder& order) {
  FinishOptions options = order.finish;
  options.duration_s = order.request.duration_s;
  return options;
}

EncodeOptions encode_options(const TrackOrder& order) {
  EncodeOptions options = order.encode;
  options.dither_seed = order.seed;
  return options;
}

AudioRecord describe_audio(const AudioBuffer& audio, const EncodeOptions& encode,
                           const std::string& bytes) {
  AudioRecord record;
  record.format = format_name(encode.format);
  record.sample_rate_hz = audio.sample_rate_hz;
  record.channels = audio.num_channels;
  if (encode.format == AudioFormat::wav || encode.format == AudioFormat::flac)
    record.bits = sample_format_name(encode.bits);
  record.bitrate_kbps = encode.bitrate_kbps;
  record.frames = audio.num_frames();
  record.bytes = static_cast<std::int64_t>(bytes.size());
  record.sha256 = sha256_hex(bytes);
  return record;
}

Sidecar begin_sidecar(const Generator& generator, const TrackOrder& order, const Track& track,
                      const TrackStart& start) {
  Sidecar sidecar;
  sidecar.id = order.id;
  sidecar.created_at = utc_text(start.time);
  sidecar.model = generator.model();
  sidecar.runtime = generator.runtime();
  sidecar.model_files = order.model_files;
  sidecar.sampling = effective_sampling(order.request, sidecar.model.sampling_defaults);
  sidecar.request = order.request;
  sidecar.effective = effective_request(order, sidecar.model);
  sidecar.finish = order.finish;
  sidecar.vbr_quality = order.encode.vbr_quality;
  sidecar.embeds_prompt = order.embeds_prompt;
  sidecar.seed = order.seed;
  sidecar.conditioning_text = conditioning_text(order.request);
  sidecar.text_tokens = track.text_tokens;
  sidecar.timings_s = {{"load", sidecar.runtime.load_s},
                       {"text", track.stats.text_s},
                       {"decode", track.stats.decode_s},
                       {"codec", track.stats.codec_s}};
  return sidecar;
}

}  // namespace

std::int64_t frames_for(double duration_s, const ModelInfo& model) {
  // In whole samples first: 1.1 s * 50 Hz is a hair above 55 frames in floating point.
  const std::int64_t samples = std::llround(duration_s * model.sample_rate_hz);
  const std::int64_t hop = model.samples_per_frame;
  return std::max<std::int64_t>(1, (samples + hop - 1) / hop);
}

GenerationRequest effective_request(const TrackOrder& order, const ModelInfo& model) {
  const SamplingSettings sampling = effective_sampling(order.request, model.sampling_defaults);
  GenerationRequest effective = order.request;
  effective.seed = order.seed;
  effective.count = 1;
  effective.temperature = sampling.temperature;
  effective.top_k = sampling.top_k;
  effective.top_p = sampling.top_p;
  effective.guidance = sampling.guidance;
  effective.greedy = sampling.is_greedy;
  return effective;
}

void expect_feasible(const TrackOrder& order, const ModelInfo& model) {
  const double duration_s = order.request.duration_s;
  if (frames_for(duration_s, model) > model.window_frames)
    fail(ErrorKind::usage,
         fmt::format("duration: {} s is longer than the model's window of {} s", duration_s,
                     static_cast<double>(model.window_frames) / model.frame_rate_hz()),
         "shorten --duration or choose another --model");
  const FinishOptions finish = finish_options(order);
  validate(finish);
  validate(encode_options(order),
           finish.sample_rate_hz.value_or(required_rate(order.encode.format, model.sample_rate_hz)),
           finish.num_channels.value_or(model.num_channels));
}

TrackRequest track_request(const TrackOrder& order, const ModelInfo& model) {
  return {conditioning_text(order.request), frames_for(order.request.duration_s, model), order.seed,
          effective_sampling(order.request, model.sampling_defaults)};
}

RenderedTrack finish_track(const Generator& generator, const TrackOrder& order, Track track,
                           const TrackStart& start, ProgressReporter& progress) {
  RenderedTrack result{.sidecar = begin_sidecar(generator, order, track, start)};
  Sidecar& sidecar = result.sidecar;
  Delivery delivery;
  sidecar.timings_s["encode"] = timed(progress, "encode", [&] {
    delivery = deliver_audio(track.audio, finish_options(order), encode_options(order),
                             make_tags(order, sidecar.model));
  });
  sidecar.loudness = delivery.loudness;
  sidecar.duration_s = delivery.audio.duration_s();
  sidecar.audio = {describe_audio(delivery.audio, order.encode, delivery.bytes)};
  result.audio_bytes = std::move(delivery.bytes);
  result.tokens = std::move(track.tokens);
  result.token_metadata = make_token_metadata(order, sidecar);
  sidecar.generation_time_s = std::chrono::duration<double>(Clock::now() - start.clock).count();
  sidecar.completed_at = utc_text(std::time(nullptr));
  return result;
}

RenderedTrack render_track(Generator& generator, const TrackOrder& order,
                           ProgressReporter& progress, const StopFlag& stop) {
  const TrackStart start;
  Track track = generator.generate(track_request(order, generator.model()), progress, stop);
  stop.throw_if_requested();
  RenderedTrack result = finish_track(generator, order, std::move(track), start, progress);
  stop.throw_if_requested();
  return result;
}

TrackContent track_content(const RenderedTrack& track, const TrackFiles& files) {
  TrackContent content{.sidecar = track.sidecar};
  content.files.emplace_back(files.audio, track.audio_bytes);
  content.sidecar.audio.front().path = files.audio.filename().string();
  if (files.tokens) {
    std::string bytes = encode_tokens(track.tokens, track.token_metadata);
    content.sidecar.tokens = {files.tokens->filename().string(), sha256_hex(bytes)};
    content.files.emplace_back(*files.tokens, std::move(bytes));
  }
  if (files.metadata) content.files.emplace_back(*files.metadata, to_json(content.sidecar));
  return content;
}

Sidecar publish_track(const RenderedTrack& track, const TrackFiles& files, Overwrite overwrite) {
  TrackContent content = track_content(track, files);
  std::error_code ignored;
  // An old sidecar must not describe new audio, not even for a moment.
  if (overwrite == Overwrite::yes && files.metadata)
    std::filesystem::remove(*files.metadata, ignored);
  std::size_t num_published = 0;
  try {
    for (const auto& [path, bytes] : content.files) {
      publish_file(path, bytes, overwrite);
      ++num_published;
    }
  } catch (...) {
    // Half a track is worse than none: whoever runs this again would find its name taken.
    for (std::size_t i = 0; i < num_published; ++i)
      std::filesystem::remove(content.files[i].first, ignored);
    throw;
  }
  return std::move(content.sidecar);
}

}  // namespace cadenza

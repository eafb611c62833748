#include "lib/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <system_error>

#include "lib/error.h"
#include "lib/io/byte_source.h"
#include "lib/io/folder.h"
#include "lib/io/sha256.h"
#include "lib/prompt_text.h"
#include "lib/request_json.h"
#include "lib/text/quote.h"
#include "lib/token_file.h"
#include "lib/version.h"

namespace cadenza {

namespace {

namespace fs = std::filesystem;
using Hashes = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kShownDigits = 12;  // enough to tell hashes apart by eye

std::string brief(const std::string& text) {
  if (text.empty()) return "none";
  const bool is_hash = text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
  return is_hash ? text.substr(0, kShownDigits) : shortened(text);
}

std::string hash_of_file(const fs::path& record, const std::string& name) {
  const fs::path path = record.parent_path() / name;
  try {
    return sha256_hex(*open_file(path, shown_path(path.native())));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found)
      fail(ErrorKind::not_found,
           fmt::format("{}: the file it describes is not there: {}",
                       shown_path(record.native(), 100), shortened(name, 80)),
           "restore it, or make the track again with batch or generate");
    if (error.kind() == ErrorKind::bad_model) fail(ErrorKind::usage, error.sentence());
    throw;
  }
}

bool is_error_record(const fs::path& path) {
  return path.filename().native().ends_with(".error.json");
}

// In a folder: other JSON (a manifest, say) is passed over, but not a record that is damaged.
bool may_be_record(const fs::path& path) {
  if (path.extension() != ".json" || is_error_record(path)) return false;
  try {
    return is_sidecar(read_sidecar_text(path), path.filename().string());
  } catch (const Error&) {
    return true;  // whoever reads it says what is wrong
  }
}

std::vector<fs::path> records_in(const fs::path& folder) {
  std::vector<fs::path> records;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored) && may_be_record(entry->path()))
      records.push_back(entry->path());
  }
  if (error) fail_io(folder, "cannot read the folder", error.value());
  if (records.empty())
    fail(ErrorKind::not_found, shown_path(folder.native()) + ": holds no record of a track",
         "name a NAME.json beside its audio");
  std::sort(records.begin(), records.end());
  return records;
}

// The same model under its recorded name: the marks inside the audio hold it.
class RecordedName final : public Generator {
 public:
  RecordedName(Generator& inner, ModelInfo model) : inner_(inner), model_(std::move(model)) {}
  const ModelInfo& model() const override { return model_; }
  const RuntimeInfo& runtime() const override { return inner_.runtime(); }
  Track generate(const TrackRequest& request, ProgressReporter& progress,
                 const StopFlag& stop) override {
    return inner_.generate(request, progress, stop);
  }

 private:
  Generator& inner_;
  ModelInfo model_;
};

bool has_same_files(const RecordedTrack& track, const Hashes& model_files) {
  Hashes recorded = track.sidecar.model_files, now = model_files;
  std::sort(recorded.begin(), recorded.end());
  std::sort(now.begin(), now.end());
  return !recorded.empty() && recorded == now;
}

ModelInfo recorded_name(const RecordedTrack& track, ModelInfo model) {
  model.name = track.sidecar.model.name;
  model.revision = track.sidecar.model.revision;
  if (!track.sidecar.model.license.empty()) model.license = track.sidecar.model.license;
  return model;
}

void add(std::vector<ChangedInput>& changed, std::string input, const std::string& recorded,
         const std::string& now) {
  if (recorded != now) changed.push_back({std::move(input), recorded, now});
}

void compare_model_files(const Hashes& recorded, const Hashes& now,
                         std::vector<ChangedInput>& changed) {
  std::map<std::string, std::pair<std::string, std::string>> files;
  for (const auto& [name, sha256] : recorded) files[name].first = sha256;
  for (const auto& [name, sha256] : now) files[name].second = sha256;
  for (const auto& [name, hashes] : files)
    add(changed, "model.files." + name, hashes.first, hashes.second);
}

std::string text_of(const Json& object, const std::string& name) {
  const auto member = object.find(name);
  return member == object.end() ? "" : shown_json(*member);
}

std::string fault_of_contradiction(const ChangedInput& part) {
  return fmt::format("{}: was changed in the record (it says {}, the rest of it {})",
                     shortened(part.input, 80), brief(part.recorded), brief(part.now));
}

// The new hash of every file of the track; a record may name one track in several formats.
void make_again(const RecordedTrack& track, Generator& generator, ProgressReporter& progress,
                const StopFlag& stop, TrackCheck& check) {
  const TrackOrder first = order_of(track, track.sidecar.audio.front());
  expect_feasible(first, generator.model());
  const TrackStart start;
  const Track made = generator.generate(track_request(first, generator.model()), progress, stop);
  for (std::size_t i = 0; i < track.sidecar.audio.size(); ++i) {
    stop.throw_if_requested();
    const RenderedTrack rendered =
        finish_track(generator, order_of(track, track.sidecar.audio[i]), made, start, progress);
    check.files[i].remade = rendered.sidecar.audio.front().sha256;
    if (i == 0 && track.sidecar.tokens)
      check.files.back().remade =
          sha256_hex(encode_tokens(rendered.tokens, rendered.token_metadata));
  }
}

std::string fault_of(const CheckedFile& file) {
  const std::string name = shortened(file.path, 80);
  if (file.found == file.recorded) return "";
  if (!file.remade.empty() && file.remade == file.found)
    return fmt::format("{}: the record's sha256 was changed (recorded {}, the file has {})", name,
                       brief(file.recorded), brief(file.found));
  return fmt::format("{}: was changed on disk (recorded {}, found {})", name, brief(file.recorded),
                     brief(file.found));
}

std::string fault_of(const ChangedInput& input) {
  return fmt::format("{}: recorded {}, now {}", shortened(input.input, 80), brief(input.recorded),
                     brief(input.now));
}

bool is_made_otherwise(const CheckedFile& file) {
  return !file.remade.empty() && file.remade != file.recorded && file.remade != file.found;
}

}  // namespace

bool TrackCheck::is_same() const {
  return contradictions.empty() &&
         std::all_of(files.begin(), files.end(),
                     [](const CheckedFile& file) { return file.is_same(); });
}

std::vector<std::string> TrackCheck::faults() const {
  std::vector<std::string> faults;
  for (const CheckedFile& file : files)
    if (std::string fault = fault_of(file); !fault.empty()) faults.push_back(std::move(fault));
  for (const ChangedInput& part : contradictions) faults.push_back(fault_of_contradiction(part));
  const auto other = std::find_if(files.begin(), files.end(), is_made_otherwise);
  if (other == files.end()) return faults;
  for (const ChangedInput& input : changed_inputs) faults.push_back(fault_of(input));
  if (changed_inputs.empty() && contradictions.empty())
    faults.push_back(
        fmt::format("{}: made again it is {}, though nothing that is recorded differs: the record "
                    "was edited, or this machine computes otherwise",
                    shortened(other->path, 80), brief(other->remade)));
  return faults;
}

std::vector<fs::path> find_records(const fs::path& path) {
  if (path.empty()) fail(ErrorKind::usage, "track: the name is empty");
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) return records_in(path);
  if (status.type() == fs::file_type::not_found)
    fail(ErrorKind::not_found, shown_path(path.native()) + ": is not there");
  if (!format_of_path(path.native())) return {path};
  fs::path record = path;
  record.replace_extension(".json");
  if (!fs::exists(record, error))
    fail(ErrorKind::not_found,
         fmt::format("{}: has no record beside it, {}", shown_path(path.native(), 100),
                     shown_path(record.filename().native(), 80)),
         "tracks made with --no-metadata cannot be verified");
  return {record};
}

TrackCheck check_files(const fs::path& record, const RecordedFiles& files) {
  TrackCheck check;
  for (const AudioRecord& audio : files.audio)
    check.files.push_back({audio.path, audio.sha256, hash_of_file(record, audio.path), ""});
  if (files.tokens)
    check.files.push_back(
        {files.tokens->first, files.tokens->second, hash_of_file(record, files.tokens->first), ""});
  return check;
}

std::vector<ChangedInput> contradictions(const RecordedTrack& track) {
  const Sidecar& sidecar = track.sidecar;
  std::vector<ChangedInput> changed;
  const Json asked = request_object(sidecar.request), used = request_object(sidecar.effective);
  for (const auto& [name, value] : asked.items())
    if (name != "count" && (name != "seed" || sidecar.request.count == 1))
      add(changed, "request." + name, shown_json(value), text_of(used, name));
  const SamplingSettings& sampling = sidecar.sampling;
  const Json drawn = {{"temperature", sampling.temperature},
                      {"top_k", sampling.top_k},
                      {"top_p", sampling.top_p},
                      {"guidance", sampling.guidance},
                      {"greedy", sampling.is_greedy},
                      {"seed", sidecar.seed}};
  for (const auto& [name, value] : drawn.items())
    add(changed, "sampling." + name, shown_json(value), text_of(used, name));
  add(changed, "conditioning_text", sidecar.conditioning_text,
      conditioning_text(sidecar.effective));
  return changed;
}

TrackOrder order_of(const RecordedTrack& track, const AudioRecord& audio) {
  const Sidecar& sidecar = track.sidecar;
  TrackOrder order;
  order.id = sidecar.id;
  order.request = sidecar.effective;
  order.seed = sidecar.seed;
  order.finish = sidecar.finish;
  order.finish.sample_rate_hz = audio.sample_rate_hz;
  order.finish.num_channels = audio.channels;
  order.encode.format = parse_audio_format(audio.format);
  if (audio.bits == "24") order.encode.bits = SampleFormat::int24;
  if (audio.bits == "32f") order.encode.bits = SampleFormat::float32;
  order.encode.bitrate_kbps = audio.bitrate_kbps;
  if (order.encode.format == AudioFormat::mp3) order.encode.vbr_quality = sidecar.vbr_quality;
  order.embeds_prompt = sidecar.embeds_prompt;
  return order;
}

std::vector<ChangedInput> changed_inputs(const RecordedTrack& track, const PresentInputs& now) {
  const Sidecar& sidecar = track.sidecar;
  std::vector<ChangedInput> changed;
  compare_model_files(sidecar.model_files, now.model_files, changed);
  if (!has_same_files(track, now.model_files)) {
    add(changed, "model.name", sidecar.model.name, now.model.name);
    add(changed, "model.revision", sidecar.model.revision, now.model.revision);
  }
  if (!track.has_output) changed.push_back({"output", "", "the defaults"});
  add(changed, "model.precision", sidecar.runtime.precision, now.runtime.precision);
  add(changed, "device", sidecar.runtime.device, now.runtime.device);
  add(changed, "device_name", sidecar.runtime.device_name, now.runtime.device_name);
  add(changed, "tool.version", track.tool_version, now.tool_version);
  add(changed, "tool.commit", track.tool_commit, now.tool_commit);
  return changed;
}

void check_again(const RecordedTrack& track, Generator& generator, const Hashes& model_files,
                 ProgressReporter& progress, const StopFlag& stop, TrackCheck& check) {
  const std::string commit = kCommit == "unknown" ? "" : std::string(kCommit);
  check.changed_inputs = changed_inputs(
      track, {generator.model(), model_files, generator.runtime(), std::string(kVersion), commit});
  if (!has_same_files(track, model_files))
    return make_again(track, generator, progress, stop, check);
  RecordedName named(generator, recorded_name(track, generator.model()));
  make_again(track, named, progress, stop, check);
}

}  // namespace cadenza

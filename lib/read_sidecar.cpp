#include "lib/read_sidecar.h"

#include <fmt/format.h>

#include <cstdio>
#include <ctime>

#include "lib/audio/audio_file.h"
#include "lib/io/byte_source.h"
#include "lib/request_id.h"
#include "lib/request_json.h"
#include "lib/request_rules.h"
#include "lib/text/quote.h"
#include "lib/text/utf8.h"

namespace cadenza {

namespace {

constexpr std::uint64_t kMaxBytes = 1 << 20;
// Deep enough for every record of ours; a longer prompt needs members, not depth. Text tokens
// count.
constexpr JsonLimits kLimits{.max_bytes = kMaxBytes, .max_depth = 16, .max_members = 1 << 18};
constexpr int kSchemaVersion = 1;
constexpr int kAnyPromptChars = 1 << 20;

// One object of the record. Messages know its members as "song.json: audio[0].sha256".
class Members {
 public:
  // path: of this object in the record, empty for the record itself.
  Members(const Json& object, std::string file, std::string path = "")
      : object_(object), file_(std::move(file)), path_(std::move(path)) {
    if (!object.is_object())
      fail(ErrorKind::usage,
           fmt::format("{}: expected an object, found {}", place(), shown_json(object)));
  }

  bool has(const char* name) const { return object_.contains(name); }
  const Json* find(const char* name) const {
    const auto member = object_.find(name);
    return member == object_.end() ? nullptr : &*member;
  }
  std::string path(const char* name) const {
    return (path_.empty() ? "" : path_ + ".") + shortened(name);
  }
  std::string place() const { return path_.empty() ? file_ : file_ + ": " + path_; }
  std::string place(const char* name) const { return file_ + ": " + path(name); }

  [[noreturn]] void refuse(const char* name, std::string_view expected) const {
    const Json* member = find(name);
    fail(ErrorKind::usage, fmt::format("{}: expected {}, found {}", place(name), expected,
                                       member == nullptr ? "none" : shown_json(*member)));
  }

  Members object(const char* name) const {
    const Json* member = find(name);
    if (member == nullptr || !member->is_object()) refuse(name, "an object");
    return {*member, file_, path(name)};
  }
  const Json& array(const char* name) const {
    const Json* member = find(name);
    if (member == nullptr || !member->is_array()) refuse(name, "a list");
    return *member;
  }

  std::string text(const char* name) const {
    const Json* member = find(name);
    if (member == nullptr || !member->is_string()) refuse(name, "text");
    return member->get<std::string>();
  }
  std::string text_or_none(const char* name) const { return has(name) ? text(name) : ""; }

  std::string hash(const char* name) const {
    const std::string value = text_or_none(name);
    if (value.size() != 64 || value.find_first_not_of("0123456789abcdef") != value.npos)
      refuse(name, "64 hex digits");
    return value;
  }

  std::int64_t integer(const char* name, std::int64_t low, std::int64_t high) const {
    const Json* member = find(name);
    const bool is_exact = member != nullptr && member->is_number_integer() &&
                          (!member->is_number_unsigned() ||
                           member->get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX));
    if (!is_exact || member->get<std::int64_t>() < low || member->get<std::int64_t>() > high)
      refuse(name, fmt::format("a whole number from {} to {}", low, high));
    return member->get<std::int64_t>();
  }

  double decimal(const char* name, double low, double high) const {
    const Json* member = find(name);
    if (member == nullptr || !member->is_number() || member->get<double>() < low ||
        member->get<double>() > high)
      refuse(name, fmt::format("a number from {} to {}", low, high));
    return member->get<double>();
  }

  bool boolean(const char* name) const {
    const Json* member = find(name);
    if (member == nullptr || !member->is_boolean()) refuse(name, "true or false");
    return member->get<bool>();
  }

  // A name in the record's own folder: what is opened may not lie elsewhere.
  std::string file_name(const char* name) const {
    const std::string value = text(name);
    if (value.empty() || value == "." || value == ".." || value.find('/') != value.npos ||
        value.find('\0') != value.npos)
      refuse(name, "the name of a file beside the record");
    return value;
  }

 private:
  const Json& object_;
  std::string file_, path_;
};

// What lib's own rules throw about a part of the record, with its place in front.
template <typename Read>
auto placed(const std::string& place, Read&& read) {
  try {
    return read();
  } catch (const Error& error) {
    fail(ErrorKind::usage, place + ": " + error.sentence());
  }
}

Json parsed(std::string_view text, const std::string& file) {
  if (text.empty()) fail(ErrorKind::usage, file + ": is empty, no record of a track");
  return parse_json(text, file, kLimits, ErrorKind::usage);
}

void expect_version(const Members& record) {
  if (record.integer("schema_version", 0, INT32_MAX) != kSchemaVersion)
    record.refuse("schema_version", fmt::format("{}", kSchemaVersion));
}

// Records of hosted services call it request_id.
std::string id_of(const Members& record) {
  const char* name = record.has("id") || !record.has("request_id") ? "id" : "request_id";
  const std::string id = record.text(name);
  placed(record.place(), [&] { expect_id(name, id); });
  return id;
}

std::string bits_of(const Members& entry) {
  if (!entry.has("bits")) return "";
  const auto bits = entry.integer("bits", 16, 32);
  if (bits != 16 && bits != 24 && bits != 32) entry.refuse("bits", "16, 24 or 32");
  return bits == 32 ? "32f" : fmt::format("{}", bits);
}

std::vector<AudioRecord> audio_of(const Members& record, const std::string& file) {
  const Json& list = record.array("audio");
  if (list.empty()) record.refuse("audio", "at least one file");
  std::vector<AudioRecord> audio;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Members entry(list[i], file, fmt::format("audio[{}]", i));
    AudioRecord one;
    one.path = entry.file_name("path");
    one.bytes = entry.integer("bytes", 0, INT64_MAX);
    one.sha256 = entry.hash("sha256");
    audio.push_back(std::move(one));
  }
  return audio;
}

// The rest of the entries, which only encoding again needs.
void read_encoding(const Members& record, const std::string& file,
                   std::vector<AudioRecord>& audio) {
  const Json& list = record.array("audio");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Members entry(list[i], file, fmt::format("audio[{}]", i));
    audio[i].format = entry.text("format");
    placed(entry.place(), [&] { return parse_audio_format(audio[i].format); });
    audio[i].sample_rate_hz = static_cast<int>(entry.integer("sample_rate", 1, INT32_MAX));
    audio[i].channels = static_cast<int>(entry.integer("channels", 1, 2));
    audio[i].bits = bits_of(entry);
    if (entry.has("bitrate"))
      audio[i].bitrate_kbps = static_cast<int>(entry.integer("bitrate", 1, INT32_MAX));
    audio[i].frames = entry.integer("frames", 0, INT64_MAX);
  }
}

RecordedFiles files_of(const Members& record, const std::string& file) {
  expect_version(record);
  RecordedFiles files;
  files.id = id_of(record);
  files.seed = static_cast<std::uint64_t>(record.object("sampling").integer("seed", 0, INT64_MAX));
  files.audio = audio_of(record, file);
  if (record.has("tokens")) {
    const Members tokens = record.object("tokens");
    files.tokens = {tokens.file_name("path"), tokens.hash("sha256")};
  }
  if (record.has("generation_time_ms"))
    files.generation_time_s =
        static_cast<double>(record.integer("generation_time_ms", 0, INT64_MAX)) / 1000;
  if (record.has("measured"))
    files.duration_s = record.object("measured").decimal("duration_s", 0, 1e6);
  files.created_at = record.text_or_none("created_at");
  files.completed_at = record.text_or_none("completed_at");
  return files;
}

GenerationRequest request_of(const Members& record, const char* name) {
  record.object(name);
  return placed(record.place(name), [&] {
    GenerationRequest request = request_from_object(*record.find(name));
    validate(request, kAnyPromptChars);
    return request;
  });
}

SamplingSettings sampling_of(const Members& sampling) {
  return {.temperature = sampling.decimal("temperature", 0, 5),
          .top_k = static_cast<int>(sampling.integer("top_k", 0, INT32_MAX)),
          .top_p = sampling.decimal("top_p", 0, 1),
          .guidance = sampling.decimal("guidance", 0, 20),
          .is_greedy = sampling.boolean("greedy")};
}

void read_model(const Members& model, Sidecar& sidecar) {
  sidecar.model.name = model.text("name");
  sidecar.model.revision = model.text_or_none("revision");
  sidecar.model.license = model.text_or_none("license");
  sidecar.runtime.precision = model.text_or_none("precision");
  if (!model.has("files")) return;
  const Members files = model.object("files");
  for (const auto& [name, entry] : model.find("files")->items())
    sidecar.model_files.emplace_back(name, files.object(name.c_str()).hash("sha256"));
}

void read_loudness(const Members& output, FinishOptions& finish) {
  const Json* value = output.find("loudness");
  if (value != nullptr && value->is_string()) {
    const std::string word = value->get<std::string>();
    if (word != "peak" && word != "off") output.refuse("loudness", "-70 to 0, peak or off");
    finish.loudness = word == "peak" ? LoudnessMode::peak : LoudnessMode::off;
    return;
  }
  finish.loudness_lufs = output.decimal("loudness", -70, 0);
}

void read_output(const Members& output, Sidecar& sidecar) {
  read_loudness(output, sidecar.finish);
  sidecar.finish.fade_in_s = output.decimal("fade_in", 0, 300);
  sidecar.finish.fade_out_s = output.decimal("fade_out", 0, 300);
  sidecar.finish.trims_silence = output.boolean("trim_silence");
  sidecar.embeds_prompt = output.boolean("embed_prompt");
  if (output.has("vbr")) sidecar.vbr_quality = static_cast<int>(output.integer("vbr", 0, 9));
}

}  // namespace

std::string read_sidecar_text(const std::filesystem::path& path) {
  const std::string name = shown_path(path.native());
  try {
    return open_file(path, name)->read_all(kMaxBytes);
  } catch (const Error& error) {
    // Written for models, where a strange file is a bad model.
    if (error.kind() != ErrorKind::bad_model) throw;
    fail(ErrorKind::usage, error.sentence());
  }
}

bool is_sidecar(std::string_view text, const std::string& file) {
  const Json json = parsed(text, file);
  return json.is_object() && json.contains("schema_version");
}

RecordedFiles read_recorded_files(std::string_view text, const std::string& file) {
  const Json json = parsed(text, file);
  return files_of(Members(json, file), file);
}

RecordedTrack read_recorded_track(std::string_view text, const std::string& file) {
  const Json json = parsed(text, file);
  const Members record(json, file);
  RecordedFiles files = files_of(record, file);
  if (record.text("status") != "completed") record.refuse("status", "\"completed\"");
  RecordedTrack track;
  Sidecar& sidecar = track.sidecar;
  sidecar.id = std::move(files.id);
  sidecar.seed = files.seed;
  sidecar.audio = std::move(files.audio);
  sidecar.tokens = std::move(files.tokens);
  read_encoding(record, file, sidecar.audio);
  sidecar.request = request_of(record, "request");
  sidecar.effective = request_of(record, "effective");
  sidecar.conditioning_text = record.text("conditioning_text");
  sidecar.sampling = sampling_of(record.object("sampling"));
  read_model(record.object("model"), sidecar);
  sidecar.runtime.device = record.text("device");
  sidecar.runtime.device_name = record.text_or_none("device_name");
  track.has_output = record.has("output");
  if (track.has_output) read_output(record.object("output"), sidecar);
  const Members tool = record.object("tool");
  track.tool_version = tool.text("version");
  track.tool_commit = tool.text_or_none("commit");
  return track;
}

std::optional<std::int64_t> utc_seconds(std::string_view text) {
  std::tm parts{};
  int length = 0;
  const std::string copy(text);
  if (std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon,
                  &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &length) != 6)
    return std::nullopt;
  if (!text.substr(static_cast<std::size_t>(length)).ends_with('Z')) return std::nullopt;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return ::timegm(&parts);
}

}  // namespace cadenza

// The metadata JSON of a track, read back. The record is foreign text: every member that is used is
// checked, and a wrong one is named as "song.json: audio[0].sha256: expected …". Members nobody
// here needs are left alone.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "lib/sidecar.h"

namespace cadenza {

// What is needed to look at the files of a track, without making it.
struct RecordedFiles {
  std::string id;
  std::uint64_t seed = 0;
  std::vector<AudioRecord> audio;  // at least one; `path` is a name in the record's own folder
  std::optional<std::pair<std::string, std::string>> tokens;  // name, SHA-256
  // 0 or empty where the record does not say.
  double generation_time_s = 0, duration_s = 0;
  std::string created_at, completed_at;
};

// What is needed to make it again.
struct RecordedTrack {
  Sidecar sidecar;
  bool has_output = true;  // false: an older record; `sidecar` then holds the defaults
  std::string tool_version, tool_commit;
};

// The text of the file. Throws Error(not_found) when there is none, Error(usage) when it cannot be
// a record (too long, no regular file).
std::string read_sidecar_text(const std::filesystem::path& path);

// Is it a JSON object with a schema_version? Other JSON files may lie beside the records. Throws
// Error(usage) for what is no JSON at all.
bool is_sidecar(std::string_view text, const std::string& file);

// file: its name, for messages. Throw Error(usage).
RecordedFiles read_recorded_files(std::string_view text, const std::string& file);
RecordedTrack read_recorded_track(std::string_view text, const std::string& file);

// Seconds since 1970 of "2026-01-02T03:04:05Z"; nothing for another text.
std::optional<std::int64_t> utc_seconds(std::string_view text);

}  // namespace cadenza

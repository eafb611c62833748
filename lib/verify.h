// Is a track still what its record says, and can it be made again? Compares three SHA-256 of every
// file: the recorded one, that of the file on disk, that of the same track made anew; and when they
// differ, says which input is another one now.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/generator.h"
#include "lib/make_track.h"
#include "lib/read_sidecar.h"

namespace cadenza {

// The three hashes of one file; `remade` is empty when it was not made again.
struct CheckedFile {
  std::string path;  // as recorded: a name beside the record
  std::string recorded, found, remade;

  bool is_same() const { return found == recorded && (remade.empty() || remade == recorded); }
};

// Something that decides the bytes and is not what it was: "model.files.config.json".
struct ChangedInput {
  std::string input, recorded, now;
};

struct TrackCheck {
  std::vector<CheckedFile> files;
  // Parts of the record that contradict each other: somebody edited it.
  std::vector<ChangedInput> contradictions;
  std::vector<ChangedInput> changed_inputs;  // only known when the track was made again

  bool is_same() const;
  // One sentence for each fault, in the order in which they explain each other; empty when the
  // track is the same.
  std::vector<std::string> faults() const;
};

// The records that a path means: itself, or all in a folder and below, in the order of their names
// (error records and other JSON files are passed over); the record beside a given audio file.
// Throws Error(not_found), also for a folder without any.
std::vector<std::filesystem::path> find_records(const std::filesystem::path& path);

// Hashes what lies beside the record. Throws Error(not_found) naming the file that is not there,
// Error(usage, io).
TrackCheck check_files(const std::filesystem::path& record, const RecordedFiles& files);

// Where what was asked, what was used and what was drawn with do not fit together; `now` is what
// counts.
std::vector<ChangedInput> contradictions(const RecordedTrack& track);

// What makes the recorded track again. Throws Error(usage) for what cannot be encoded.
TrackOrder order_of(const RecordedTrack& track, const AudioRecord& audio);

// Makes the track again and adds the new hashes and the changed inputs to `check`.
// model_files: name and SHA-256 of the generator's model. The same files under another name are the
// same model. Throws what render_track throws.
void check_again(const RecordedTrack& track, Generator& generator,
                 const std::vector<std::pair<std::string, std::string>>& model_files,
                 ProgressReporter& progress, const StopFlag& stop, TrackCheck& check);

// What decides the bytes, on this machine now.
struct PresentInputs {
  ModelInfo model;
  std::vector<std::pair<std::string, std::string>> model_files;
  RuntimeInfo runtime;
  std::string tool_version, tool_commit;
};
std::vector<ChangedInput> changed_inputs(const RecordedTrack& track, const PresentInputs& now);

}  // namespace cadenza

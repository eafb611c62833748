// What the journals of an output folder say about each track.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "lib/batch/journal.h"
#include "lib/batch/shard.h"

namespace cadenza {

struct TrackState {
  enum class Status { begun, failed, done };
  Status status = Status::begun;
  bool has_error_record = false;  // ID.error.json may be there
  std::string key;
  std::vector<JournalFile> files;  // done
};

struct BatchState {
  std::unordered_map<std::string, TrackState> tracks;  // by id
  std::vector<JournalOpen> opens;                      // of all journals, this shard's own first
  std::unordered_set<std::string> names;               // every entry of the folder
};

// "journal.jsonl", or "journal-2-of-4.jsonl" for a shard.
std::string journal_name(const Shard& shard);

bool is_journal_name(std::string_view name);

// A journal to its last whole line; `name` is for messages. Throws Error(not_found, io).
JournalContent read_journal(const std::filesystem::path& path, const std::string& name);

// Reads every journal in the folder, each to its last whole line; a folder that is not there is
// empty. Shards may be counted differently from run to run: done is done. Throws Error(io) for a
// damaged journal.
BatchState read_batch_state(const std::filesystem::path& folder, const Shard& shard);

// Are the files of a done track there, with the right size (and hash, when asked)?
bool has_all_files(const std::filesystem::path& folder, const TrackState& track,
                   bool checks_hashes);

}  // namespace cadenza

#include "lib/batch/batch_state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "lib/error.h"
#include "lib/io/byte_source.h"
#include "lib/io/folder.h"
#include "lib/io/sha256.h"

namespace cadenza {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxJournalBytes = std::uint64_t{1} << 32;

void apply(JournalRecord record, BatchState& state) {
  using Type = JournalRecord::Type;
  if (record.type == Type::uploaded) return;
  TrackState& track = state.tracks[record.id];
  if (record.type == Type::failed) track.has_error_record = true;
  // Work that began again does not undo what is done: only a new `done` replaces it.
  if (track.status == TrackState::Status::done && record.type != Type::done) return;
  track.status = record.type == Type::done     ? TrackState::Status::done
                 : record.type == Type::failed ? TrackState::Status::failed
                                               : TrackState::Status::begun;
  track.key = std::move(record.key);
  track.files = std::move(record.files);
}

void add_journal(const fs::path& path, BatchState& state) {
  JournalContent content = read_journal(path, path.filename().string());
  if (content.next_seq != 0) state.opens.push_back(content.open);
  for (JournalRecord& record : content.records) apply(std::move(record), state);
}

}  // namespace

bool is_journal_name(std::string_view name) {
  return name == "journal.jsonl" || (name.starts_with("journal-") && name.ends_with(".jsonl"));
}

JournalContent read_journal(const fs::path& path, const std::string& name) {
  // As the writer would: no links, no pipes.
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR) fail(ErrorKind::not_found, name + ": is not there");
    fail_io(path, "cannot read", error);
  }
  if (!S_ISREG(info.st_mode)) fail(ErrorKind::io, name + ": is not a regular file");
  std::string bytes;
  try {
    bytes = open_file(path, name)->read_all(kMaxJournalBytes);
  } catch (const Error& error) {
    fail(ErrorKind::io, error.sentence());
  }
  return parse_journal(bytes, name);
}

std::string journal_name(const Shard& shard) {
  if (shard.count == 1) return "journal.jsonl";
  return fmt::format("journal-{}-of-{}.jsonl", shard.index + 1, shard.count);
}

BatchState read_batch_state(const fs::path& folder, const Shard& shard) {
  BatchState state;
  std::error_code error;
  if (!fs::exists(fs::symlink_status(folder, error))) return state;
  std::vector<std::string> journals;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (is_journal_name(name)) journals.push_back(name);
    state.names.insert(std::move(name));
  }
  if (error) fail_io(folder, "cannot read the folder", error.value());
  const std::string own = journal_name(shard);
  std::sort(journals.begin(), journals.end(), [&](const std::string& a, const std::string& b) {
    return std::pair(a != own, a) < std::pair(b != own, b);
  });
  for (const std::string& name : journals) add_journal(folder / name, state);
  return state;
}

bool has_all_files(const fs::path& folder, const TrackState& track, bool checks_hashes) {
  return std::all_of(track.files.begin(), track.files.end(), [&](const JournalFile& file) {
    struct stat info {};
    const fs::path path = folder / file.name;  // a plain name: the journal's reader refuses others
    if (::lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
    if (info.st_size != file.bytes) return false;
    return !checks_hashes || sha256_hex(*open_file(path, file.name)) == file.sha256;
  });
}

}  // namespace cadenza

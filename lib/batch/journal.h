// The journal of an output folder: what is known to be done, one JSON object per line, append only.
//
//   {"v":1,"seq":0,"type":"open","tool":"cadenza 0.1.0","manifest_sha256":"..",..,"crc":"1b2c3d4e"}
//   {"v":1,"seq":1,"type":"begin","id":"intro","key":"..","crc":".."}
//   {"v":1,"seq":2,"type":"done","id":"intro","key":"..","files":[{"name":..,"bytes":..,"sha256":..}],"crc":".."}
//   {"v":1,"seq":3,"type":"failed","id":"outro","key":"..","error":{"code":"..","message":".."},"crc":".."}
//   {"v":1,"seq":4,"type":"uploaded","id":"intro","key":"..","uri":"s3://..","crc":".."}
//
// "crc" is the CRC-32 (IEEE 802.3) of all bytes of the line before `,"crc":`. Only a `done` record
// makes a row done; `begin` says that files of its name which are there without one are ours. A
// torn last line is what a killed process leaves, and is cut off; damage anywhere else is refused,
// because a journal that is wrong in the middle may be wrong anywhere.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cadenza {

struct JournalFile {
  std::string name;  // relative to the output folder, no separators
  std::int64_t bytes = 0;
  std::string sha256;
};

struct JournalOpen {
  std::string tool, manifest_sha256, model_sha256, settings_sha256;
  std::int64_t num_rows = 0;  // tracks of the whole manifest then, all shards; 0: not said
};

struct JournalRecord {
  enum class Type { done, failed, uploaded, begin };
  Type type = Type::done;
  std::string id;
  std::string key;  // SHA-256 of row, model, settings: a changed row is another track
  std::vector<JournalFile> files;         // done
  std::string error_code, error_message;  // failed
  std::string uri;                        // uploaded
};

struct JournalContent {
  JournalOpen open;
  std::vector<JournalRecord> records;
  std::int64_t next_seq = 0;     // 0: nothing usable yet, not even an open record
  std::uint64_t good_bytes = 0;  // where the next record goes; what follows is a torn line
};

// file: its name, for messages. Throws Error(io) "journal.jsonl:3: …" on damage before the last
// line.
JournalContent parse_journal(std::string_view bytes, const std::string& file);

// One line with its CRC and a newline.
std::string journal_line(const JournalOpen& open);
std::string journal_line(const JournalRecord& record, std::int64_t seq);

// An open journal. Every append is one write, then fdatasync: when it returns, the record will
// outlive the power. Not for several threads.
class Journal {
 public:
  // Reads what is there, cuts a torn tail, writes `open` when the journal is new. Throws Error(io).
  Journal(const std::filesystem::path& path, const JournalOpen& open);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  const JournalContent& content_at_start() const { return content_; }
  void append(const JournalRecord& record);

 private:
  void write(std::string_view line);

  std::string name_;
  int descriptor_ = -1;
  std::int64_t next_seq_ = 0;
  JournalContent content_;
};

}  // namespace cadenza

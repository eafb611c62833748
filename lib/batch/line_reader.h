// Physical lines of a manifest, one at a time, so that a file of any length needs the memory of one
// line.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "lib/io/descriptor.h"
#include "lib/io/sha256.h"

namespace cadenza {

// One line, one CSV record, one scalar of YAML.
inline constexpr std::size_t kMaxRecordBytes = 1 << 20;

// Opens a regular file for reading, or standard input for "-". Pipes, devices and folders are
// refused without waiting for a writer. Throws Error(not_found, usage, io); `name` is for messages.
Descriptor open_manifest_file(const std::filesystem::path& path, const std::string& name);

class LineReader {
 public:
  LineReader(Descriptor file, std::string name);

  // Sets `line` to the next one, without LF, with its CR if it has one; valid until the next call.
  // A byte order mark at the very start is skipped. False at the end. Throws Error(usage) for a
  // line above kMaxRecordBytes, Error(io).
  bool next(std::string_view& line);

  std::size_t line_number() const { return line_number_; }  // of the line read last; from 1
  const std::string& name() const { return name_; }
  std::string sha256() { return hash_.hex(); }  // of every byte; once, after the end

 private:
  bool fill();

  Descriptor file_;
  std::string name_;
  std::string buffer_;
  std::size_t begin_ = 0, end_ = 0;
  std::size_t line_number_ = 0;
  bool is_at_end_ = false;
  Sha256 hash_;
};

// A whole file of at most max_bytes, its byte order mark skipped; adds all its bytes to `hash`.
// Throws Error(usage) when it is longer.
std::string read_manifest_file(const std::filesystem::path& path, const std::string& name,
                               std::size_t max_bytes, Sha256& hash);

}  // namespace cadenza

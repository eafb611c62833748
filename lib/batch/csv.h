// CSV and TSV as RFC 4180 has them: a quote opens a field only at its start, "" inside is a quote,
// a field in quotes may hold separators and line ends.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/batch/line_reader.h"

namespace cadenza {

// Splits one record (without its last line end) into fields. Nothing is trimmed. Throws
// Error(usage): "m.csv:3: column 2: …", the line counted from `line`, where the record starts.
std::vector<std::string> split_record(std::string_view record, char separator,
                                      const std::string& file, std::size_t line);

// Reads records of one or more lines.
class RecordReader {
 public:
  RecordReader(LineReader& lines, char separator) : lines_(lines), separator_(separator) {}

  // Sets `record` to the next one that is not blank, valid until the next call. False at the end.
  // Throws Error(usage): a field in quotes that never ends, a record above kMaxRecordBytes, bytes
  // that are no UTF-8 or NUL.
  bool next(std::string_view& record);

  std::size_t line_number() const { return line_number_; }  // where the record starts

 private:
  bool read_lines(std::string_view& record);

  LineReader& lines_;
  char separator_;
  std::string joined_;
  std::size_t line_number_ = 0;
};

}  // namespace cadenza

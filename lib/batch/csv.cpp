#include "lib/batch/csv.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/error.h"
#include "lib/text/utf8.h"

namespace cadenza {

namespace {

std::string_view without_cr(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool has_open_quote(std::string_view text) {
  return std::count(text.begin(), text.end(), '"') % 2 != 0;
}

// Where in a record something is wrong.
class Splitter {
 public:
  Splitter(std::string_view record, char separator, const std::string& file, std::size_t line)
      : record_(record), separator_(separator), file_(file), line_(line) {}

  std::vector<std::string> fields() {
    std::vector<std::string> result;
    for (;;) {
      result.push_back(is_at('"') ? quoted_field() : plain_field());
      column_ = result.size() + 1;
      if (at_ == record_.size()) return result;
      ++at_;  // the separator
    }
  }

 private:
  bool is_at(char c) const { return at_ < record_.size() && record_[at_] == c; }

  [[noreturn]] void refuse(std::size_t where, std::string_view what) const {
    const auto newlines = std::count(record_.begin(), record_.begin() + where, '\n');
    fail(ErrorKind::usage, fmt::format("{}:{}: column {}: {}", file_,
                                       line_ + static_cast<std::size_t>(newlines), column_, what));
  }

  std::string plain_field() {
    const std::size_t begin = at_;
    for (; at_ < record_.size() && record_[at_] != separator_; ++at_) {
      if (record_[at_] == '"')
        refuse(at_, "a quote inside a field without quotes; write \"…\" and double the inner ones");
      if (record_[at_] == '\r') refuse(at_, "a carriage return without a line feed");
    }
    return std::string(record_.substr(begin, at_ - begin));
  }

  std::string quoted_field() {
    const std::size_t opened = at_++;
    std::string field;
    for (;; ++at_) {
      if (at_ == record_.size()) refuse(opened, "the quote opened here never ends");
      if (record_[at_] != '"') {
        field += record_[at_];
        continue;
      }
      ++at_;
      if (!is_at('"')) break;
      field += '"';
    }
    if (at_ < record_.size() && record_[at_] != separator_)
      refuse(at_, "text after the closing quote of a field");
    return field;
  }

  std::string_view record_;
  char separator_;
  const std::string& file_;
  std::size_t line_;
  std::size_t at_ = 0, column_ = 1;
};

}  // namespace

std::vector<std::string> split_record(std::string_view record, char separator,
                                      const std::string& file, std::size_t line) {
  return Splitter(record, separator, file, line).fields();
}

// Lines are joined while a quote is open. Where the quotes are wrong, split_record says so from the
// line the record starts on.
bool RecordReader::read_lines(std::string_view& record) {
  std::string_view line;
  do {
    if (!lines_.next(line)) return false;
    line_number_ = lines_.line_number();
  } while (trimmed(line).empty());
  record = without_cr(line);
  if (!has_open_quote(record)) return true;
  joined_ = line;
  bool is_open = true;
  while (is_open && joined_.size() <= kMaxRecordBytes && lines_.next(line)) {
    if (has_open_quote(line)) is_open = false;
    joined_ += '\n';
    joined_ += line;
  }
  record = without_cr(joined_);
  return true;
}

bool RecordReader::next(std::string_view& record) {
  if (!read_lines(record)) return false;
  const auto refuse = [&](const std::string& what) {
    fail(ErrorKind::usage, fmt::format("{}:{}: {}", lines_.name(), line_number_, what));
  };
  if (const auto bad = find_invalid_utf8(record))
    refuse(fmt::format("byte {} of the record is no UTF-8; save the file as UTF-8", *bad + 1));
  if (const auto nul = record.find('\0'); nul != record.npos)
    refuse(fmt::format("byte {} of the record is NUL", nul + 1));
  if (record.size() > kMaxRecordBytes) {
    split_record(record, separator_, lines_.name(), line_number_);  // says where a quote opened
    refuse(fmt::format("the record is longer than {} bytes", kMaxRecordBytes));
  }
  return true;
}

}  // namespace cadenza

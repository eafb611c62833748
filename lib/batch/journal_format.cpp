// The journal as text: one record to a line and back. No files here.
#include <fmt/format.h>
#include <zlib.h>

#include "lib/batch/file_name.h"
#include "lib/batch/journal.h"
#include "lib/error.h"
#include "lib/json/strict_json.h"
#include "lib/request_id.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr std::string_view kCrcMember = ",\"crc\":\"";
constexpr std::size_t kCrcTail = kCrcMember.size() + 8 + 2;  // eight digits, then "}
constexpr JsonLimits kLineLimits{.max_bytes = 1 << 20, .max_depth = 16, .max_members = 4096};
constexpr const char* kTypeNames[] = {"done", "failed", "uploaded", "begin"};

std::string crc32_hex(std::string_view bytes) {
  const auto value =
      ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
  return fmt::format("{:08x}", value);
}

std::string sealed(const Json& record) {
  std::string text = record.dump();
  text.pop_back();
  return text + std::string(kCrcMember) + crc32_hex(text) + "\"}\n";
}

// Where a line says what it may not, with the place in front.
class Line {
 public:
  Line(std::string_view text, const std::string& file, std::size_t number)
      : text_(text), place_(fmt::format("{}:{}", file, number)) {}

  [[noreturn]] void refuse(const std::string& what) const {
    fail(ErrorKind::io, fmt::format("{}: {}", place_, what),
         "keep the file for inspection and start with --fresh in another folder");
  }

  bool has_good_crc() const {
    if (text_.size() <= kCrcTail) return false;
    const auto body = text_.substr(0, text_.size() - kCrcTail);
    return text_.substr(body.size()) == fmt::format("{}{}\"}}", kCrcMember, crc32_hex(body));
  }

  Json parsed() const { return parse_json(text_, place_, kLineLimits, ErrorKind::io); }

  std::string text(const Json& object, const char* name) const {
    const auto member = object.find(name);
    if (member == object.end() || !member->is_string()) refuse(fmt::format("{}: no text", name));
    return *member;
  }

  std::int64_t integer(const Json& object, const char* name) const {
    const auto member = object.find(name);
    if (member == object.end() || !member->is_number_integer() || *member < 0)
      refuse(fmt::format("{}: no whole number", name));
    return *member;
  }

  std::string hash(const Json& object, const char* name) const {
    std::string value = text(object, name);
    if (value.size() != 64 || value.find_first_not_of("0123456789abcdef") != value.npos)
      refuse(fmt::format("{}: expected 64 hex digits, found {}", name, quoted(value)));
    return value;
  }

 private:
  std::string_view text_;
  std::string place_;
};

JournalFile file_of(const Line& line, const Json& object) {
  if (!object.is_object()) line.refuse("files: expected objects");
  JournalFile file{line.text(object, "name"), line.integer(object, "bytes"),
                   line.hash(object, "sha256")};
  if (!is_plain_file_name(file.name))
    line.refuse(fmt::format("name: {} is not a plain file name", quoted(file.name)));
  return file;
}

std::vector<JournalFile> files_of(const Line& line, const Json& object) {
  const auto member = object.find("files");
  if (member == object.end() || !member->is_array()) line.refuse("files: expected a list");
  std::vector<JournalFile> files;
  for (const Json& entry : *member) files.push_back(file_of(line, entry));
  return files;
}

JournalRecord record_of(const Line& line, const Json& object) {
  const std::string type = line.text(object, "type");
  JournalRecord record;
  record.id = line.text(object, "id");
  try {
    expect_id("id", record.id);
  } catch (const Error& error) {
    line.refuse(error.sentence());
  }
  record.key = line.hash(object, "key");
  if (type == "done") {
    record.files = files_of(line, object);
  } else if (type == "failed") {
    record.type = JournalRecord::Type::failed;
    const auto error = object.find("error");
    if (error == object.end() || !error->is_object()) line.refuse("error: expected an object");
    record.error_code = line.text(*error, "code");
    record.error_message = line.text(*error, "message");
  } else if (type == "uploaded") {
    record.type = JournalRecord::Type::uploaded;
    record.uri = line.text(object, "uri");
  } else if (type == "begin") {
    record.type = JournalRecord::Type::begin;
  } else {
    line.refuse(
        fmt::format("type: expected begin, done, failed or uploaded, found {}", quoted(type)));
  }
  return record;
}

JournalOpen open_of(const Line& line, const Json& object) {
  if (line.text(object, "type") != "open") line.refuse("the first record does not open a journal");
  return {line.text(object, "tool"), line.hash(object, "manifest_sha256"),
          line.hash(object, "model_sha256"), line.hash(object, "settings_sha256"),
          object.contains("rows") ? line.integer(object, "rows") : 0};
}

void take(const Line& line, JournalContent& content) {
  const Json object = line.parsed();
  if (!object.is_object()) line.refuse("expected an object");
  if (const auto version = line.integer(object, "v"); version != 1)
    line.refuse(fmt::format("v: expected 1, found {}", version));
  if (const auto seq = line.integer(object, "seq"); seq != content.next_seq)
    line.refuse(fmt::format("seq: expected {}, found {}", content.next_seq, seq));
  if (content.next_seq == 0)
    content.open = open_of(line, object);
  else
    content.records.push_back(record_of(line, object));
  ++content.next_seq;
}

}  // namespace

JournalContent parse_journal(std::string_view bytes, const std::string& file) {
  JournalContent content;
  for (std::size_t begin = 0, number = 1; begin < bytes.size(); ++number) {
    const auto end = bytes.find('\n', begin);
    const bool is_last = end == bytes.npos || end + 1 == bytes.size();
    const std::string_view text = bytes.substr(begin, end == bytes.npos ? end : end - begin);
    const Line line(text, file, number);
    if (text.size() > kLineLimits.max_bytes) line.refuse("is longer than 1 MiB");
    const bool is_whole = end != bytes.npos && line.has_good_crc();
    if (!is_whole && is_last) break;  // torn by a kill or a power loss: never counted as done
    if (!is_whole) line.refuse("is damaged (its checksum does not match)");
    take(line, content);
    begin = end + 1;
    content.good_bytes = begin;
  }
  return content;
}

std::string journal_line(const JournalOpen& open) {
  Json line = {{"v", 1},
               {"seq", 0},
               {"type", "open"},
               {"tool", open.tool},
               {"manifest_sha256", open.manifest_sha256},
               {"model_sha256", open.model_sha256},
               {"settings_sha256", open.settings_sha256}};
  if (open.num_rows > 0) line["rows"] = open.num_rows;
  return sealed(line);
}

std::string journal_line(const JournalRecord& record, std::int64_t seq) {
  Json line = {{"v", 1},
               {"seq", seq},
               {"type", kTypeNames[static_cast<int>(record.type)]},
               {"id", record.id},
               {"key", record.key}};
  if (record.type == JournalRecord::Type::done) {
    line["files"] = Json::array();
    for (const JournalFile& file : record.files)
      line["files"].push_back(
          {{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  } else if (record.type == JournalRecord::Type::failed) {
    line["error"] = {{"code", record.error_code}, {"message", record.error_message}};
  } else if (record.type == JournalRecord::Type::uploaded) {
    line["uri"] = record.uri;
  }
  return sealed(line);
}

}  // namespace cadenza

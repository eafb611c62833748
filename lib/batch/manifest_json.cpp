// A JSON array of rows, or {"defaults": {…}, "jobs": [rows]}. The elements are found by their
// brackets and parsed one by one, so that a large file needs no document tree.
#include <fmt/format.h>

#include <algorithm>

#include "lib/batch/line_reader.h"
#include "lib/batch/manifest_builder.h"
#include "lib/error.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr std::size_t kMaxJsonBytes = 64 << 20;
constexpr JsonLimits kValueLimits{
    .max_bytes = kMaxRecordBytes, .max_depth = 16, .max_members = 4096};

// Walks over the outermost brackets of a text; what lies inside is parsed by those who need it.
class Walker {
 public:
  Walker(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  struct Piece {
    std::string_view text;
    std::size_t line, column;
  };

  std::size_t line() const { return line_; }

  void skip_blanks() {
    while (at_ < text_.size() && (is_at(' ') || is_at('\t') || is_at('\r') || is_at('\n'))) step();
  }
  bool is_at(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool is_at_end() const { return at_ == text_.size(); }

  bool take(char c) {
    skip_blanks();
    if (!is_at(c)) return false;
    step();
    return true;
  }
  void expect(char c, const char* what) {
    if (!take(c)) refuse(fmt::format("not valid JSON: expected {}", what));
  }

  // The next value: everything up to the comma or bracket that ends it. Whether it is JSON shows
  // when it is parsed.
  Piece value() {
    skip_blanks();
    const Piece begin{text_.substr(at_), line_, column()};
    const std::size_t from = at_;
    int depth = 0;
    for (bool is_text = false; at_ < text_.size(); step()) {
      const char c = text_[at_];
      if (is_text) {
        if (c == '\\' && at_ + 1 < text_.size()) step();
        if (c == '"') is_text = false;
        continue;
      }
      if (c == '"') is_text = true;
      if (depth == 0 && (c == ',' || c == ']' || c == '}' || c == ':')) break;
      if (c == '[' || c == '{') ++depth;
      if (c == ']' || c == '}') --depth;
    }
    if (at_ == from) refuse("not valid JSON: expected a value");
    return {begin.text.substr(0, at_ - from), begin.line, begin.column};
  }

  Json parsed(const Piece& piece) const {
    return parse_json(piece.text, file_, kValueLimits, ErrorKind::usage,
                      {piece.line, piece.column});
  }

  [[noreturn]] void refuse(const std::string& what) const {
    fail(ErrorKind::usage, fmt::format("{}:{}:{}: {}", file_, line_, column(), what));
  }

 private:
  std::size_t column() const { return at_ - line_start_ + 1; }

  void step() {
    if (text_[at_] == '\n') {
      ++line_;
      line_start_ = at_ + 1;
    }
    ++at_;
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0, line_ = 1, line_start_ = 0;
};

void read_rows(Walker& walker, ManifestBuilder& builder) {
  walker.expect('[', "an array of rows");
  if (walker.take(']')) return;
  do {
    const Walker::Piece row = walker.value();
    builder.add_json(row.text, row.line, row.column);
  } while (walker.take(','));
  walker.expect(']', "a comma or the end of the rows");
}

// {"defaults": {…}, "jobs": […]} in this order, so that a row can be judged when it is read.
void read_job_file(Walker& walker, ManifestBuilder& builder, Manifest& manifest,
                   const std::string& name) {
  bool has_jobs = false;
  do {
    const Json parsed_key = walker.parsed(walker.value());
    const std::string key = parsed_key.is_string() ? parsed_key.get<std::string>() : "";
    walker.expect(':', "a colon");
    walker.skip_blanks();
    const std::string place = fmt::format("{}:{}", name, walker.line());
    if (key == "defaults" && !has_jobs) {
      read_defaults(walker.parsed(walker.value()), place, manifest);
    } else if (key == "jobs" && !has_jobs) {
      read_rows(walker, builder);
      has_jobs = true;
    } else {
      walker.refuse(fmt::format("expected \"defaults\", then \"jobs\", found {}",
                                shortened(parsed_key.dump())));
    }
  } while (walker.take(','));
  walker.expect('}', "a comma or the end of the object");
  if (!has_jobs) walker.refuse("there are no \"jobs\"");
}

}  // namespace

void read_json_array(const std::filesystem::path& path, Manifest& manifest) {
  const std::string name = shown_path(path.native());
  ManifestBuilder builder(manifest);
  builder.begin_file(name);
  Sha256 hash;
  const std::string text = read_manifest_file(path, name, kMaxJsonBytes, hash);
  try {
    Walker walker(text, name);
    walker.skip_blanks();
    if (walker.take('{'))
      read_job_file(walker, builder, manifest, name);
    else
      read_rows(walker, builder);
    walker.skip_blanks();
    if (!walker.is_at_end()) walker.refuse("not valid JSON: text after the end");
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::usage) throw;
    builder.refuse(error.sentence());
  }
  builder.finish();
  manifest.sha256 = hash.hex();
}

}  // namespace cadenza

// YAML: a list of maps from field names to texts (or lists of texts, or a map for parameters).
//
// Of the language only that much is taken. Anchors, aliases, tags, directives, merge keys, complex
// keys and further documents are refused at the first event, before anything is expanded. All
// scalars stay text until the field says what they are: `no` is a word, 0x78 is no number.
#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>

#include "lib/batch/line_reader.h"
#include "lib/batch/manifest_builder.h"
#include "lib/error.h"
#include "lib/text/quote.h"
#include "lib/text/utf8.h"

namespace cadenza {

namespace {

constexpr std::size_t kMaxYamlBytes = 16 << 20;
constexpr std::size_t kMaxMembers = 64;

[[noreturn]] void refuse_at(const std::string& file, std::size_t line, std::string_view what) {
  fail(ErrorKind::usage, fmt::format("{}:{}: {}", file, line, what));
}

// What the parser would let pass or see too late.
void expect_plain_yaml(std::string_view text, const std::string& file) {
  std::size_t line = 1;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view one = text.substr(begin, end - begin);
    begin = end + 1;
    if (const auto bad = find_invalid_utf8(one))
      refuse_at(file, line, fmt::format("byte {} is no UTF-8; save the file as UTF-8", *bad + 1));
    if (one.ends_with('\r')) one.remove_suffix(1);
    if (one.size() > kMaxRecordBytes)
      refuse_at(file, line, fmt::format("the line is longer than {} bytes", kMaxRecordBytes));
    for (const char c : one)
      if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f)
        refuse_at(file, line, "holds a control character");
    if (one.substr(0, one.find_first_not_of(" \t")).find('\t') != one.npos)
      refuse_at(file, line, "is indented with a tab; use blanks");
    if (one.starts_with('%')) refuse_at(file, line, "directives are not allowed");
  }
}

// Turns events into rows.
class RowHandler final : public YAML::EventHandler {
 public:
  RowHandler(ManifestBuilder& builder, const std::string& file) : builder_(builder), file_(file) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++num_documents_ > 1) refuse(mark, "a second document; a manifest is one list");
  }
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    refuse(mark, "anchors are not allowed");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "aliases are not allowed");
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (depth_ == 0) return;  // an empty document
    put(mark, "", anchor, Json(nullptr));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    put(mark, tag, anchor, Json(text));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    expect_bare(mark, tag, anchor);
    if (depth_ == 1) refuse(mark, "expected a map of fields, found a list");
    if (depth_ > 2) refuse(mark, "expected text in a list");
    if (depth_ == 2 && !has_key_) refuse(mark, "a list cannot be a key");
    inner_ = Json::array();
    ++depth_;
  }
  void OnSequenceEnd() override { end_inner(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    expect_bare(mark, tag, anchor);
    if (depth_ == 0) refuse(mark, "expected a list of rows, found a map");
    if (depth_ > 2) refuse(mark, "expected text, found a map");
    if (depth_ == 2 && !has_key_) refuse(mark, "a map cannot be a key");
    if (depth_ == 1) {
      row_ = Json::object();
      row_line_ = line_of(mark);
    } else {
      inner_ = Json::object();
    }
    ++depth_;
  }
  void OnMapEnd() override {
    if (depth_ == 3) return end_inner();
    --depth_;
    builder_.add_yaml(row_.dump(), row_line_);
  }

 private:
  static std::size_t line_of(const YAML::Mark& mark) {
    return static_cast<std::size_t>(mark.line) + 1;
  }
  [[noreturn]] void refuse(const YAML::Mark& mark, std::string_view what) const {
    refuse_at(file_, line_of(mark), what);
  }

  // yaml-cpp says "?" for plain scalars and "!" for quoted ones.
  void expect_bare(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
    if (anchor != 0) refuse(mark, "anchors are not allowed");
    if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, "tags are not allowed");
  }

  void put(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Json value) {
    expect_bare(mark, tag, anchor);
    if (depth_ == 0) refuse(mark, "expected a list of rows, found text");
    if (depth_ == 1) refuse(mark, "expected a map of fields, found text");
    if (depth_ == 3 && inner_.is_array()) return inner_.push_back(std::move(value));
    if (!has_key_of_inner() && !(depth_ == 2 && has_key_)) return put_key(mark, value);
    (depth_ == 3 ? inner_[inner_key_] : row_[key_]) = std::move(value);
    (depth_ == 3 ? has_inner_key_ : has_key_) = false;
  }

  bool has_key_of_inner() const { return depth_ == 3 && has_inner_key_; }

  void put_key(const YAML::Mark& mark, const Json& value) {
    if (!value.is_string()) refuse(mark, "a field has no name");
    const std::string name = value;
    Json& map = depth_ == 3 ? inner_ : row_;
    if (map.contains(name)) refuse(mark, fmt::format("the field {} stands twice", quoted(name)));
    if (map.size() >= kMaxMembers)
      refuse(mark, fmt::format("has more than {} fields", kMaxMembers));
    (depth_ == 3 ? inner_key_ : key_) = name;
    (depth_ == 3 ? has_inner_key_ : has_key_) = true;
  }

  void end_inner() {
    --depth_;
    if (depth_ != 2) return;  // the list of rows itself
    row_[key_] = std::move(inner_);
    has_key_ = false;
  }

  ManifestBuilder& builder_;
  const std::string& file_;
  int num_documents_ = 0;
  int depth_ = 0;  // 1: in the list, 2: in a row, 3: in a list or map of a row
  Json row_, inner_;
  std::string key_, inner_key_;
  bool has_key_ = false, has_inner_key_ = false;
  std::size_t row_line_ = 0;
};

void parse_rows(const std::string& text, const std::string& file, ManifestBuilder& builder) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  RowHandler handler(builder, file);
  try {
    while (parser.HandleNextDocument(handler)) {
    }
  } catch (const YAML::Exception& error) {
    const std::size_t line =
        error.mark.is_null() ? 1 : static_cast<std::size_t>(error.mark.line) + 1;
    refuse_at(file, line, fmt::format("not valid YAML: {}", shortened(error.msg, 120)));
  }
}

}  // namespace

void read_yaml(const std::filesystem::path& path, Manifest& manifest) {
  const std::string name = shown_path(path.native());
  manifest.row_text = RowText::yaml;
  ManifestBuilder builder(manifest);
  builder.begin_file(name);
  Sha256 hash;
  const std::string text = read_manifest_file(path, name, kMaxYamlBytes, hash);
  try {
    expect_plain_yaml(text, name);
    parse_rows(text, name, builder);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::usage) throw;
    builder.refuse(error.sentence());
  }
  builder.finish();
  manifest.sha256 = hash.hex();
}

}  // namespace cadenza

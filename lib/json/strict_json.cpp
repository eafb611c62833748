#include "lib/json/strict_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>
#include <vector>

#include "lib/text/quote.h"
#include "lib/text/quote_tail.h"

namespace cadenza {

namespace {

// Hands the text to nlohmann's lexer and remembers how far it has read. When an event arrives the
// last character of its token has just been read, so errors of our own can say where they are.
struct TrackingIterator {
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at = nullptr;
  const char** last_read = nullptr;

  reference operator*() const {
    if (last_read != nullptr) *last_read = at;
    return *at;
  }
  TrackingIterator& operator++() {
    ++at;
    return *this;
  }
  TrackingIterator operator++(int) { return {at++, last_read}; }
  bool operator==(const TrackingIterator& other) const { return at == other.at; }
  bool operator!=(const TrackingIterator& other) const { return at != other.at; }
};

// Builds the document from parser events; checks depth, count and names before anything is stored.
// Containers are appended to directly: ordered_json's own insertion searches all earlier members,
// which takes minutes for the header of a file with 100,000 tensors.
class Builder {
 public:
  using number_integer_t = Json::number_integer_t;
  using number_unsigned_t = Json::number_unsigned_t;
  using number_float_t = Json::number_float_t;
  using string_t = Json::string_t;
  using binary_t = Json::binary_t;

  Builder(std::string_view text, const std::string& file, const JsonLimits& limits, ErrorKind kind,
          const JsonPlace& place)
      : text_(text),
        file_(file),
        limits_(limits),
        kind_(kind),
        place_(place),
        last_read_(text.data()) {}

  const char** last_read() { return &last_read_; }
  Json take() { return std::move(root_); }

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(number_integer_t value) { return add(value); }
  bool number_unsigned(number_unsigned_t value) { return add(value); }
  bool number_float(number_float_t value, const string_t& text) {
    // 1e-999 reads as 0, which is another number.
    if (value == 0 && text.find_first_of("123456789") < text.find_first_of("eE"))
      refuse(here(), "the number is too small to be told from 0");
    return add(value);
  }
  bool string(string_t& value) { return add(std::move(value)); }
  bool binary(binary_t&) { return false; }  // JSON text has none

  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(string_t& name) {
    if (!open_.back().names.insert(name).second)
      refuse(start_of_name(), fmt::format("the name {} stands twice", quoted(name)));
    open_.back().name = name;
    return true;
  }

  // nlohmann's own complaint, without its prefix and without the text it quotes at full length.
  bool parse_error(std::size_t position, const std::string&, const Json::exception& error) {
    std::string_view what = error.what();
    const std::string_view opening = "syntax error while parsing ";
    if (const auto at = what.find(opening); at != what.npos) what.remove_prefix(at);
    if (const auto at = what.find(" - "); at != what.npos) what.remove_prefix(at + 3);
    if (const auto at = what.find("; last read: "); at != what.npos) what = what.substr(0, at);
    if (what.starts_with('[')) what = what.substr(std::min(what.find(']') + 2, what.size()));
    refuse(position == 0 ? 0 : position - 1,
           fmt::format("not valid JSON: {}", escaped(what.substr(0, 120))));
  }

  // Throws the error for the byte at `offset`, with line and column (in bytes) counted from 1, and
  // the names that lead there.
  [[noreturn]] void refuse(std::size_t offset, const std::string& what) const {
    const std::string_view before = text_.substr(0, std::min(offset, text_.size()));
    const auto newlines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;
    if (place_.line != 0) {
      if (newlines == 0) column += place_.column - 1;
      const std::size_t line = place_.line + newlines;
      fail(kind_, fmt::format("{}:{}:{}: {}{}", file_, line, column, where(), what));
    }
    const std::size_t line = 1 + newlines;
    fail(kind_, fmt::format("{}: line {}, column {}: {}{}", file_, line, column, where(), what));
  }

 private:
  struct Level {
    Json* container;
    std::unordered_set<std::string> names = {};  // of an object
    std::string name = {};                       // of the member being read
  };

  std::string where() const {
    std::string path;
    for (const Level& level : open_) {
      if (level.name.empty()) continue;
      if (!path.empty()) path += '.';
      path += level.name;
    }
    return path.empty() ? "" : fmt::format("in {}: ", quoted_tail(path));
  }

  std::size_t here() const { return static_cast<std::size_t>(last_read_ - text_.data()); }

  // Backwards from a name's closing quote: quotes inside it are preceded by a backslash.
  std::size_t start_of_name() const {
    std::size_t at = here();
    while (at > 0 && (text_[at - 1] != '"' || (at > 1 && text_[at - 2] == '\\'))) --at;
    return at == 0 ? 0 : at - 1;
  }

  Json& place(Json value) {
    if (++count_ > limits_.max_members)
      refuse(here(), fmt::format("holds more than {} values", limits_.max_members));
    if (open_.empty()) return root_ = std::move(value);
    Json& parent = *open_.back().container;
    if (parent.is_array()) return parent.get_ref<Json::array_t&>().emplace_back(std::move(value));
    auto& members = static_cast<Json::object_t::Container&>(parent.get_ref<Json::object_t&>());
    return members.emplace_back(open_.back().name, std::move(value)).second;
  }

  template <typename Value>
  bool add(Value&& value) {
    place(Json(std::forward<Value>(value)));
    return end_member();
  }

  bool open(Json container) {
    if (open_.size() >= limits_.max_depth)
      refuse(here(), fmt::format("nested deeper than {} levels", limits_.max_depth));
    // Stays valid: only the innermost container grows.
    Json& placed = place(std::move(container));
    open_.push_back({&placed});
    return true;
  }

  bool close() {
    open_.pop_back();
    return end_member();
  }

  bool end_member() {
    if (!open_.empty()) open_.back().name.clear();
    return true;
  }

  std::string_view text_;
  const std::string& file_;
  const JsonLimits& limits_;
  ErrorKind kind_;
  const JsonPlace& place_;
  const char* last_read_;
  Json root_;
  std::vector<Level> open_;
  std::size_t count_ = 0;
};

}  // namespace

Json parse_json(std::string_view text, const std::string& file, const JsonLimits& limits,
                ErrorKind kind, const JsonPlace& place) {
  Builder builder(text, file, limits, kind, place);
  if (text.size() > limits.max_bytes) {
    const std::string what =
        fmt::format("is {} bytes, at most {} are allowed", text.size(), limits.max_bytes);
    if (place.line != 0) builder.refuse(0, what);
    fail(kind, fmt::format("{}: {}", file, what));
  }
  if (text.starts_with("\xef\xbb\xbf")) builder.refuse(0, "begins with a byte order mark");
  // nlohmann takes a NUL for the end of the text, so whatever follows would go unread.
  if (const auto nul = text.find('\0'); nul != text.npos) builder.refuse(nul, "holds a NUL byte");

  const char* const end = text.data() + text.size();
  Json::sax_parse(TrackingIterator{text.data(), builder.last_read()},
                  TrackingIterator{end, nullptr}, &builder);
  return builder.take();
}

std::string shown_json(const Json& value, std::size_t max_chars) {
  if (value.is_array() && value.size() > max_chars) return "a long list";
  if (value.is_object() && value.size() > max_chars) return "a large object";
  return shortened(value.dump(-1, ' ', true), max_chars);
}

}  // namespace cadenza

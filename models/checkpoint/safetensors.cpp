#include "models/checkpoint/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "lib/error.h"
#include "lib/json/strict_json.h"
#include "lib/text/quote.h"
#include "lib/text/quote_tail.h"
#include "models/checkpoint/foreign_format.h"

namespace cadenza {

namespace {

constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
constexpr std::size_t kMaxTensors = 100'000;
constexpr std::size_t kMaxRank = 8;
constexpr std::size_t kMaxNameBytes = 512;
// Per tensor: the entry, dtype, two lists, two offsets, a full rank. The rest is for __metadata__.
constexpr std::size_t kMaxMembers = kMaxTensors * (6 + kMaxRank) + 100'000;

struct DtypeFacts {
  Dtype dtype;
  std::string_view name;
  std::int64_t size_bytes;
};

constexpr DtypeFacts kDtypes[] = {
    {Dtype::f64, "F64", 8},         {Dtype::f32, "F32", 4},         {Dtype::f16, "F16", 2},
    {Dtype::bf16, "BF16", 2},       {Dtype::i64, "I64", 8},         {Dtype::i32, "I32", 4},
    {Dtype::i16, "I16", 2},         {Dtype::i8, "I8", 1},           {Dtype::u64, "U64", 8},
    {Dtype::u32, "U32", 4},         {Dtype::u16, "U16", 2},         {Dtype::u8, "U8", 1},
    {Dtype::f8_e4m3, "F8_E4M3", 1}, {Dtype::f8_e5m2, "F8_E5M2", 1}, {Dtype::boolean, "BOOL", 1},
};

const DtypeFacts& facts(Dtype dtype) {
  for (const DtypeFacts& entry : kDtypes)
    if (entry.dtype == dtype) return entry;
  fail(ErrorKind::internal, "a dtype without a name");
}

// Refusals of one file, each with its name in front.
class Refusal {
 public:
  explicit Refusal(const ByteSource& source) : source_(source) {}

  [[noreturn]] void file(const std::string& what) const {
    fail(ErrorKind::bad_model, source_.name() + ": " + what, "download it again");
  }
  [[noreturn]] void tensor(std::string_view name, const std::string& what) const {
    fail(ErrorKind::bad_model,
         fmt::format("{}: tensor {}: {}", source_.name(), quoted_tail(name), what));
  }

 private:
  const ByteSource& source_;
};

std::string read_header_text(const ByteSource& source, const Refusal& refuse) {
  std::array<unsigned char, 8> prefix{};
  if (source.size_bytes() < prefix.size())
    refuse.file(fmt::format("is {} bytes, too short for a safetensors file", source.size_bytes()));
  source.read_at(0, std::as_writable_bytes(std::span(prefix)));
  std::uint64_t length = 0;
  for (int i = 7; i >= 0; --i) length = length << 8 | prefix[static_cast<std::size_t>(i)];

  const std::uint64_t room = source.size_bytes() - prefix.size();
  if (length > room)
    refuse.file(fmt::format("header is {} bytes, the file has {}", length, source.size_bytes()));
  if (length > kMaxHeaderBytes)
    refuse.file(fmt::format("header is {} bytes, at most {} are allowed", length, kMaxHeaderBytes));
  std::string text(length, '\0');
  source.read_at(prefix.size(), std::as_writable_bytes(std::span(text)));
  return text;
}

// A size or an offset: an integer from 0 to 2^63 - 1, without a sign ("-0" is refused, as the
// reference library does).
std::optional<std::int64_t> as_size(const Json& value) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
  return value.get<std::int64_t>();
}

// The byte range of a tensor inside the data, as the header gives it.
struct ParsedTensor {
  TensorEntry entry;
  std::int64_t begin = 0, end = 0;
};

class EntryParser {
 public:
  EntryParser(const std::string& name, const Json& json, const Refusal& refuse)
      : name_(name), json_(json), refuse_(refuse) {}

  ParsedTensor parse() const {
    if (name_.empty() || name_.size() > kMaxNameBytes)
      wrong(fmt::format("a name has 1 to {} bytes, this one {}", kMaxNameBytes, name_.size()));
    if (!json_.is_object()) wrong("expected an object with dtype, shape and data_offsets");
    ParsedTensor tensor;
    tensor.entry.name = name_;
    tensor.entry.dtype = dtype();
    tensor.entry.shape = shape();
    const auto offsets = sizes("data_offsets");
    if (offsets.size() != 2) wrong("data_offsets: expected two numbers");
    tensor.begin = offsets[0];
    tensor.end = offsets[1];
    expect_size(tensor);
    tensor.entry.size_bytes = static_cast<std::uint64_t>(tensor.end - tensor.begin);
    return tensor;
  }

 private:
  [[noreturn]] void wrong(const std::string& what) const { refuse_.tensor(name_, what); }

  const Json& member(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) wrong(fmt::format("has no {}", key));
    return *found;
  }

  Dtype dtype() const {
    const Json& value = member("dtype");
    if (!value.is_string()) wrong("dtype: expected a word");
    const auto& word = value.get_ref<const std::string&>();
    for (const DtypeFacts& entry : kDtypes)
      if (entry.name == word) return entry.dtype;
    wrong(fmt::format("dtype: {} is unknown", quoted(word, 20)));
  }

  std::vector<std::int64_t> sizes(const char* key) const {
    const Json& value = member(key);
    if (!value.is_array()) wrong(fmt::format("{}: expected a list of numbers", key));
    if (value.size() > kMaxRank)
      wrong(fmt::format("{}: has {} numbers, at most {} are allowed", key, value.size(), kMaxRank));
    std::vector<std::int64_t> found;
    for (const Json& item : value) {
      const auto size = as_size(item);
      if (!size)
        wrong(fmt::format("{}: expected integers from 0 to 2^63 - 1, found {}", key,
                          shown_json(item, 30)));
      found.push_back(*size);
    }
    return found;
  }

  Shape shape() const { return sizes("shape"); }

  void expect_size(const ParsedTensor& tensor) const {
    std::int64_t size = dtype_size_bytes(tensor.entry.dtype);
    for (const std::int64_t extent : tensor.entry.shape)
      if (__builtin_mul_overflow(size, extent, &size)) wrong("shape: its size overflows 2^63");
    if (tensor.begin > tensor.end || tensor.end - tensor.begin != size)
      wrong(fmt::format("data_offsets: {} to {} is not the {} bytes of its shape and dtype",
                        tensor.begin, tensor.end, size));
  }

  const std::string& name_;
  const Json& json_;
  const Refusal& refuse_;
};

void expect_metadata(const Json& metadata, const Refusal& refuse) {
  const auto is_text = [](const Json& value) { return value.is_string(); };
  if (!metadata.is_object() || !std::all_of(metadata.begin(), metadata.end(), is_text))
    refuse.file("header: __metadata__: expected an object of texts");
}

// The ranges must tile the data exactly.
void expect_cover(const std::vector<ParsedTensor>& tensors, std::int64_t data_bytes,
                  const Refusal& refuse) {
  std::vector<const ParsedTensor*> sorted;
  for (const ParsedTensor& tensor : tensors) sorted.push_back(&tensor);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  const ParsedTensor* before = nullptr;
  for (const ParsedTensor* tensor : sorted) {
    const std::int64_t expected = before == nullptr ? 0 : before->end;
    if (tensor->begin != expected)
      refuse.file(
          fmt::format("data_offsets: {} begins at byte {} of the data, expected {}, after {}",
                      quoted_tail(tensor->entry.name), tensor->begin, expected,
                      quoted_tail((before ? before : sorted.back())->entry.name)));
    before = tensor;
  }
  const std::int64_t end = before == nullptr ? 0 : before->end;
  if (end != data_bytes && before != nullptr)
    refuse.file(fmt::format("the last tensor, {}, ends at byte {} of the data, the file has {}",
                            quoted_tail(before->entry.name), end, data_bytes));
  if (end != data_bytes) refuse.file(fmt::format("{} bytes of data and no tensors", data_bytes));
}

// A wrong length may mean that this is another kind of file altogether.
std::string read_header_text_or_name_format(const ByteSource& source, const Refusal& refuse) {
  try {
    return read_header_text(source, refuse);
  } catch (const Error& error) {
    const auto format = foreign_format(source);
    if (error.kind() != ErrorKind::bad_model || format.empty()) throw;
    fail(ErrorKind::bad_model, fmt::format("{}: is {}", source.name(), format),
         std::string(foreign_format_hint(format)));
  }
}

std::vector<TensorEntry> parse_header(const ByteSource& source, const Refusal& refuse) {
  const std::string text = read_header_text_or_name_format(source, refuse);
  const JsonLimits limits{kMaxHeaderBytes, 4, kMaxMembers};
  const Json header = parse_json(text, source.name() + ": header", limits, ErrorKind::bad_model);
  if (!header.is_object()) refuse.file("header: expected an object");
  if (header.size() > kMaxTensors + 1)
    refuse.file(
        fmt::format("holds {} tensors, at most {} are allowed", header.size(), kMaxTensors));

  std::vector<ParsedTensor> tensors;
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__")
      expect_metadata(value, refuse);
    else
      tensors.push_back(EntryParser(name, value, refuse).parse());
  }
  const std::uint64_t data_start = 8 + text.size();
  expect_cover(tensors, static_cast<std::int64_t>(source.size_bytes() - data_start), refuse);

  std::vector<TensorEntry> entries;
  for (ParsedTensor& tensor : tensors) {
    tensor.entry.offset = data_start + static_cast<std::uint64_t>(tensor.begin);
    entries.push_back(std::move(tensor.entry));
  }
  return entries;
}

}  // namespace

std::string_view dtype_name(Dtype dtype) { return facts(dtype).name; }
std::int64_t dtype_size_bytes(Dtype dtype) { return facts(dtype).size_bytes; }

std::vector<TensorEntry> read_safetensors_header(const ByteSource& source) {
  return parse_header(source, Refusal(source));
}

}  // namespace cadenza

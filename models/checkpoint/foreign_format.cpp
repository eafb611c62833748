#include "models/checkpoint/foreign_format.h"

#include <algorithm>
#include <span>
#include <string>

#include "lib/io/byte_source.h"

namespace cadenza {

namespace {

using namespace std::string_view_literals;

struct Mark {
  std::string_view bytes, format;
};

constexpr std::string_view kLfsPointer = "a git-lfs pointer, not the file itself";
constexpr std::string_view kZip = "a zip archive, perhaps a PyTorch checkpoint";
constexpr std::string_view kPickle =
    "a Python pickle, which is never loaded because it can run code";

constexpr Mark kMarks[] = {
    {"version https://git-lfs"sv, kLfsPointer},
    {"<!doctype"sv, "an HTML page"sv},
    {"<html"sv, "an HTML page"sv},
    {"PK\x03\x04"sv, kZip},
    {"PK\x05\x06"sv, "an empty zip archive"sv},
    {"GGUF"sv, "a GGUF file"sv},
    {"\x80\x02}"sv, kPickle},
    {"\x80\x02c"sv, kPickle},
    {"\x80\x02\x8a"sv, kPickle},  // torch.save before 1.6
    {"\x80\x04\x95"sv, kPickle},
    {"\x1f\x8b\x08"sv, "a gzip archive"sv},
    {"\x89PNG"sv, "a PNG image"sv},
    {"{\""sv, "JSON text"sv},
    {"{\n"sv, "JSON text"sv},
    {"{ "sv, "JSON text"sv},
};

std::string_view without_blanks(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r\n");
  return start == text.npos ? std::string_view() : text.substr(start);
}

bool starts_with_any_case(std::string_view text, std::string_view mark) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return text.size() >= mark.size() &&
         std::equal(mark.begin(), mark.end(), text.begin(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace

std::string_view foreign_format(std::string_view head) {
  head = without_blanks(head);
  for (const Mark& mark : kMarks)
    if (starts_with_any_case(head, mark.bytes)) return mark.format;
  return {};
}

std::string_view foreign_format(const ByteSource& source) {
  std::string head(std::min<std::uint64_t>(source.size_bytes(), 256), '\0');
  source.read_at(0, std::as_writable_bytes(std::span(head)));
  return foreign_format(head);
}

std::string_view foreign_format_hint(std::string_view format) {
  if (format == kLfsPointer)
    return "run `git lfs pull` in the model's folder, or download the file";
  if (format == kZip || format == kPickle) return "convert the checkpoint to safetensors";
  return "download the file again";
}

}  // namespace cadenza

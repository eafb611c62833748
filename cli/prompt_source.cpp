#include "cli/prompt_source.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "lib/error.h"
#include "lib/io/byte_source.h"
#include "lib/text/quote.h"
#include "lib/text/utf8.h"

namespace cadenza {

namespace {

constexpr std::size_t kMaxBytes = 1 << 20;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string read_standard_input() {
  std::string text;
  char buffer[4096];
  while (true) {
    const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (count == 0) return text;
    if (count < 0 && errno == EINTR)
      fail(ErrorKind::interrupted, "stopped while reading the prompt");
    if (count < 0)
      fail(ErrorKind::io, std::string("standard input: cannot read: ") + std::strerror(errno));
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > kMaxBytes)
      fail(ErrorKind::usage, "prompt: standard input holds more than 1 MiB");
  }
}

std::string read_file(const std::string& file) {
  try {
    return open_file(file, file)->read_all(kMaxBytes);
  } catch (const Error& error) {
    // To the reader of files a pipe in place of a file is a bad model; here it is bad usage.
    if (error.kind() != ErrorKind::bad_model) throw;
    fail(ErrorKind::usage, "prompt-file: " + error.sentence(), error.hint());
  }
}

}  // namespace

PromptSource make_prompt_source(const Settings& settings) {
  const bool has_text = settings.is_given("prompt");
  const bool has_file = settings.is_given("prompt_file");
  if (has_file && has_text)
    fail(ErrorKind::usage, "prompt: given twice, as text and as --prompt-file", "give it once");
  if (!has_file && !has_text)
    fail(ErrorKind::usage, "prompt: none was given", "say what to play: cadenza generate \"...\"");
  PromptSource source{settings.text_or("prompt", ""), settings.text_or("prompt_file", "")};
  if (has_file && source.file.empty())
    fail(ErrorKind::usage, "prompt-file: the file name is empty");
  if (source.text == "-") source = {"", "-"};
  return source;
}

std::string read_prompt(const std::string& file) {
  const std::string text = file == "-" ? read_standard_input() : read_file(file);
  std::string_view prompt = text;
  if (prompt.starts_with(kByteOrderMark)) prompt.remove_prefix(kByteOrderMark.size());
  return std::string(trimmed(prompt));
}

}  // namespace cadenza

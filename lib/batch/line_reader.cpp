#include "lib/batch/line_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lib/error.h"

namespace cadenza {

namespace {

constexpr std::size_t kChunkBytes = 1 << 18;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

[[noreturn]] void fail_open(const std::string& name, int error) {
  const bool is_missing = error == ENOENT || error == ENOTDIR || error == ELOOP;
  fail(is_missing ? ErrorKind::not_found : ErrorKind::io,
       fmt::format("{}: {}", name, std::strerror(error)));
}

std::size_t read_some(int file, char* out, std::size_t size, const std::string& name) {
  for (;;) {
    const ssize_t got = ::read(file, out, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) fail(ErrorKind::io, fmt::format("{}: {}", name, std::strerror(errno)));
  }
}

}  // namespace

Descriptor open_manifest_file(const std::filesystem::path& path, const std::string& name) {
  if (path == "-") {
    Descriptor input(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    if (!input.is_open()) fail_open(name, errno);
    return input;
  }
  Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open()) fail_open(name, errno);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) fail_open(name, errno);
  if (!S_ISREG(info.st_mode)) fail(ErrorKind::usage, name + ": is not a regular file");
  return file;
}

LineReader::LineReader(Descriptor file, std::string name)
    : file_(std::move(file)), name_(std::move(name)), buffer_(kChunkBytes, '\0') {}

// Moves what is unread to the front and reads more behind it; false when there is no more.
bool LineReader::fill() {
  if (is_at_end_) return false;
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (end_ > kMaxRecordBytes)
    fail(ErrorKind::usage, fmt::format("{}:{}: the line is longer than {} bytes", name_,
                                       line_number_ + 1, kMaxRecordBytes));
  if (end_ + kChunkBytes > buffer_.size()) buffer_.resize(end_ + kChunkBytes);
  const std::size_t got = read_some(file_.get(), buffer_.data() + end_, kChunkBytes, name_);
  hash_.add(std::string_view(buffer_).substr(end_, got));
  end_ += got;
  is_at_end_ = got == 0;
  return got != 0;
}

bool LineReader::next(std::string_view& line) {
  std::size_t searched = 0;
  for (;;) {
    const char* const from = buffer_.data() + begin_ + searched;
    const void* newline = std::memchr(from, '\n', end_ - begin_ - searched);
    if (newline == nullptr) {
      searched = end_ - begin_;
      if (fill()) continue;
      if (begin_ == end_) return false;
    }
    const std::size_t size =
        newline == nullptr
            ? end_ - begin_
            : static_cast<std::size_t>(static_cast<const char*>(newline) - buffer_.data()) - begin_;
    line = std::string_view(buffer_).substr(begin_, size);
    begin_ += size + (newline == nullptr ? 0 : 1);
    if (line_number_++ == 0 && line.starts_with(kByteOrderMark))
      line.remove_prefix(kByteOrderMark.size());
    if (line.size() > kMaxRecordBytes)
      fail(ErrorKind::usage, fmt::format("{}:{}: the line is longer than {} bytes", name_,
                                         line_number_, kMaxRecordBytes));
    return true;
  }
}

std::string read_manifest_file(const std::filesystem::path& path, const std::string& name,
                               std::size_t max_bytes, Sha256& hash) {
  const Descriptor file = open_manifest_file(path, name);
  std::string text;
  for (;;) {
    const std::size_t size = text.size();
    text.resize(size + kChunkBytes);
    const std::size_t got = read_some(file.get(), text.data() + size, kChunkBytes, name);
    text.resize(size + got);
    if (got == 0) break;
    if (text.size() > max_bytes)
      fail(ErrorKind::usage, fmt::format("{}: is longer than {} bytes", name, max_bytes));
  }
  hash.add(text);
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  return text;
}

}  // namespace cadenza

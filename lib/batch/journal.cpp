#include "lib/batch/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lib/error.h"

namespace cadenza {

namespace {

[[noreturn]] void refuse(const std::string& name, const char* doing) {
  fail(ErrorKind::io, fmt::format("{}: cannot {}: {}", name, doing, std::strerror(errno)));
}

std::string read_all(int descriptor, const std::string& name) {
  std::string bytes;
  char block[1 << 16];
  for (;;) {
    const ssize_t got = ::pread(descriptor, block, sizeof block, static_cast<off_t>(bytes.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(name, "read");
    if (got == 0) return bytes;
    bytes.append(block, static_cast<std::size_t>(got));
  }
}

int open_regular(const std::filesystem::path& path, const std::string& name) {
  // O_NOFOLLOW: a link planted in the folder must not make us append to another file.
  const int descriptor =
      ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
  if (descriptor < 0) refuse(name, "open");
  struct stat info {};
  if (::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode)) return descriptor;
  ::close(descriptor);
  fail(ErrorKind::io, name + ": is not a regular file");
}

}  // namespace

Journal::Journal(const std::filesystem::path& path, const JournalOpen& open)
    : name_(path.filename().string()), descriptor_(open_regular(path, name_)) {
  try {
    const std::string bytes = read_all(descriptor_, name_);
    content_ = parse_journal(bytes, name_);
    if (content_.good_bytes < bytes.size() &&
        ::ftruncate(descriptor_, static_cast<off_t>(content_.good_bytes)) != 0)
      refuse(name_, "cut the torn last line");
    next_seq_ = content_.next_seq;
    if (next_seq_ == 0) {
      write(journal_line(open));
      content_.open = open;
      next_seq_ = 1;
    }
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

Journal::~Journal() { ::close(descriptor_); }

void Journal::append(const JournalRecord& record) { write(journal_line(record, next_seq_++)); }

void Journal::write(std::string_view line) {
  const ssize_t written = ::write(descriptor_, line.data(), line.size());
  // A short write leaves a torn line, which the next start cuts off: the record does not count.
  if (written != static_cast<ssize_t>(line.size())) refuse(name_, "append");
  if (::fdatasync(descriptor_) != 0) refuse(name_, "sync");
}

}  // namespace cadenza

#include "lib/io/line_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "lib/io/folder.h"

namespace cadenza {

namespace {

// Can be read back and ends in the middle of a line?
bool has_torn_end(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  char last = '\n';
  if (!file.is_open() || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
  return info.st_size > 0 && ::pread(file.get(), &last, 1, info.st_size - 1) == 1 && last != '\n';
}

}  // namespace

LineFile::LineFile(const std::filesystem::path& path) : file_(-1) {
  const NewFolders new_folders(path.parent_path());
  file_ =
      Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666));
  if (!file_.is_open()) fail_io(path, "cannot write", errno);
  if (!has_torn_end(path)) return;
  if (const int error = append("\n"); error != 0) fail_io(path, "cannot write", error);
}

int LineFile::append(std::string_view lines) {
  while (!lines.empty()) {
    const ssize_t written = ::write(file_.get(), lines.data(), lines.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : EIO;
    lines.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace cadenza

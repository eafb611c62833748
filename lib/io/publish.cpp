#include "lib/io/publish.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <random>
#include <string>

#include "lib/error.h"
#include "lib/io/descriptor.h"
#include "lib/io/folder.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_taken(const fs::path& path) {
  fail(ErrorKind::usage, shown_path(path.native()) + ": exists already",
       "pass --overwrite to replace it, or choose another name");
}

// A name that publishing may never replace, --overwrite or not.
void expect_replaceable(const fs::path& path, mode_t mode) {
  if (S_ISDIR(mode))
    fail(ErrorKind::usage, shown_path(path.native()) + ": is a folder",
         "give the name of a file in it");
  if (!S_ISREG(mode) && !S_ISLNK(mode))
    fail(ErrorKind::usage, shown_path(path.native()) + ": is not a regular file");
}

std::optional<struct stat> status_of(int folder, const char* name) {
  struct stat info {};
  if (::fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return info;
}

// The name the bytes are written under first: in the destination folder, because a rename is only
// atomic inside one file system.
std::string random_name() {
  std::random_device device;
  return fmt::format(".cadenza-tmp-{:08x}{:08x}", device(), device());
}

// A file being written aside. Whatever happens, it is gone under its own name afterwards.
class AsideFile {
 public:
  AsideFile(int folder, const fs::path& target)
      : folder_(folder), target_(target), name_(random_name()) {
    const int flags = O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY;
    file_ = Descriptor(::openat(folder_, name_.c_str(), flags, 0666));
    if (!file_.is_open()) fail_io(target_, "cannot create", errno);
  }
  ~AsideFile() { ::unlinkat(folder_, name_.c_str(), 0); }
  AsideFile(const AsideFile&) = delete;
  AsideFile& operator=(const AsideFile&) = delete;

  const char* name() const { return name_.c_str(); }

  // Which file this is, to recognise it under its final name.
  bool is_same_file(const struct stat& other) const {
    return other.st_dev == identity_.st_dev && other.st_ino == identity_.st_ino;
  }

  // Not std::ofstream: it hides a full disk. fsync and close are tried once: after an error the
  // kernel may have dropped the dirty pages, and a second call would report success.
  void write_whole(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) fail_io(target_, "cannot write", written < 0 ? errno : EIO);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fstat(file_.get(), &identity_) != 0) fail_io(target_, "cannot write", errno);
    if (::fsync(file_.get()) != 0) fail_io(target_, "cannot write", errno);
    if (file_.close() != 0) fail_io(target_, "cannot write", errno);
  }

 private:
  int folder_;
  const fs::path& target_;
  std::string name_;
  Descriptor file_{-1};
  struct stat identity_ {};
};

// Gives the file its name unless that name is taken. Returns errno, 0 when done.
int rename_to_free_name(int folder, const char* from, const char* to) {
  if (::renameat2(folder, from, folder, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // A file system without RENAME_NOREPLACE: link fails on a taken name just as well.
  if (::linkat(folder, from, folder, to, 0) != 0) return errno;
  return ::unlinkat(folder, from, 0) == 0 ? 0 : errno;
}

int rename_over(int folder, const char* from, const char* to) {
  return ::renameat(folder, from, folder, to) == 0 ? 0 : errno;
}

// A network file system may report an error for a rename that it carried out (the answer was lost,
// the repeated call found the work done): then the target is our own file.
bool has_landed(int folder, const char* name, const AsideFile& aside) {
  const auto info = status_of(folder, name);
  return info && aside.is_same_file(*info);
}

[[noreturn]] void fail_rename(int folder, const fs::path& path, int error) {
  if (const auto info = status_of(folder, path.filename().c_str()))
    expect_replaceable(path, info->st_mode);
  if (error == EEXIST) fail_taken(path);
  fail_io(path, "cannot give the finished file its name", error);
}

void expect_file_name(const fs::path& path) {
  if (path.empty()) fail(ErrorKind::usage, "output: the file name is empty");
  if (path.filename().empty())
    fail(ErrorKind::usage, shown_path(path.native()) + ": names a folder",
         "give the name of a file in it");
}

}  // namespace

void publish_file(const fs::path& path, std::string_view bytes, Overwrite overwrite) {
  expect_file_name(path);
  const NewFolders new_folders(path.parent_path());
  const Descriptor folder = open_folder(path.parent_path());
  const std::string name = path.filename().native();
  if (overwrite == Overwrite::yes)
    if (const auto info = status_of(folder.get(), name.c_str()))
      expect_replaceable(path, info->st_mode);
  {
    AsideFile aside(folder.get(), path);
    aside.write_whole(bytes);
    const auto rename = overwrite == Overwrite::yes ? rename_over : rename_to_free_name;
    const int error = rename(folder.get(), aside.name(), name.c_str());
    if (error != 0 && !has_landed(folder.get(), name.c_str(), aside))
      fail_rename(folder.get(), path, error);
  }
  if (const int error = sync_folder(folder.get()); error != 0) {
    // Without this the name may vanish with the power. What was there before --overwrite is gone
    // already, so only a name that is new is taken back.
    if (overwrite == Overwrite::no) ::unlinkat(folder.get(), name.c_str(), 0);
    fail_io(path, "cannot write its folder", error);
  }
}

void expect_publishable(const fs::path& path, Overwrite overwrite) {
  expect_file_name(path);
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) {
    expect_replaceable(path, info.st_mode);
    if (overwrite == Overwrite::no) fail_taken(path);
  } else if (errno != ENOENT) {
    fail_io(path, "cannot create", errno);
  }
  expect_short_names(path);
  expect_usable_folder(path.parent_path());
}

}  // namespace cadenza

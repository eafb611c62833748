#include "lib/io/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "lib/error.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

namespace fs = std::filesystem;

fs::path or_current(const fs::path& folder) { return folder.empty() ? fs::path(".") : folder; }

// The kernel's own trees say "writable" to root, and refuse every new file.
bool is_kernel_tree(const fs::path& folder) {
  struct statfs info {};
  if (::statfs(folder.c_str(), &info) != 0) return false;
  return info.f_type == PROC_SUPER_MAGIC || info.f_type == SYSFS_MAGIC;
}

bool exists_as_link(const fs::path& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

// The folder itself, or the nearest one above it that is there.
fs::path nearest_existing(const fs::path& folder) {
  fs::path current = or_current(folder);
  struct stat info {};
  while (::stat(current.c_str(), &info) != 0) {
    const int error = errno;
    if (error != ENOENT || exists_as_link(current))
      fail_io(folder, "cannot be used as a folder", error);
    current = or_current(current.parent_path());
  }
  if (!S_ISDIR(info.st_mode)) fail_io(current, "cannot be used as a folder", ENOTDIR);
  return current;
}

}  // namespace

void fail_io(const fs::path& path, std::string_view what, int error) {
  fail(ErrorKind::io,
       fmt::format("{}: {}: {}", shown_path(path.native()), what, std::strerror(error)));
}

NewFolders::NewFolders(const fs::path& folder) {
  try {
    make(folder);
  } catch (...) {
    remove_made();  // no destructor runs for what was never constructed
    throw;
  }
}

NewFolders::~NewFolders() { remove_made(); }

void NewFolders::make(const fs::path& folder) {
  struct stat info {};
  if (folder.empty() || ::stat(folder.c_str(), &info) == 0) return;
  make(folder.parent_path());
  if (::mkdir(folder.c_str(), 0777) != 0) {
    if (errno == EEXIST) return;  // another process was first, or a trailing slash
    fail_io(folder, "cannot make the folder", errno);
  }
  made_.push_back(folder);
  if (const int error = sync_folder(open_folder(folder.parent_path()).get()); error != 0)
    fail_io(folder, "cannot make the folder", error);
}

void NewFolders::remove_made() {
  for (auto folder = made_.rbegin(); folder != made_.rend(); ++folder) ::rmdir(folder->c_str());
}

Descriptor open_folder(const fs::path& folder) {
  Descriptor descriptor(::open(or_current(folder).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.is_open()) fail_io(or_current(folder), "cannot be used as a folder", errno);
  return descriptor;
}

int sync_folder(int folder) {
  if (::fsync(folder) == 0 || errno == EINVAL || errno == ENOTSUP) return 0;
  return errno;
}

void expect_usable_folder(const fs::path& folder) {
  const fs::path existing = nearest_existing(folder);
  if (is_kernel_tree(existing)) fail_io(or_current(folder), "cannot create files there", EPERM);
  if (::faccessat(AT_FDCWD, existing.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    fail_io(or_current(folder), "cannot create files there", errno);
}

void expect_short_names(const fs::path& path) {
  const bool is_long = std::any_of(path.begin(), path.end(), [](const fs::path& component) {
    return component.native().size() > NAME_MAX;
  });
  if (is_long || path.native().size() >= PATH_MAX) fail_io(path, "cannot create", ENAMETOOLONG);
}

}  // namespace cadenza

#include "lib/batch/batch_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "lib/error.h"
#include "lib/io/folder.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

namespace fs = std::filesystem;

Descriptor open_lock(const fs::path& path) {
  Descriptor file(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
  if (!file.is_open()) fail_io(path, "cannot open the lock", errno);
  return file;
}

std::string owner_of(const Descriptor& file) {
  char text[200];
  const ssize_t size = ::pread(file.get(), text, sizeof text, 0);
  const std::string owner(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  return owner.empty() ? "another run" : escaped(owner.substr(0, owner.find('\n')));
}

// Errors are ignored: what the file holds is only for people.
void write_owner(const Descriptor& file, const std::string& owner) {
  const std::string line = owner + "\n";
  if (::ftruncate(file.get(), 0) == 0) [[maybe_unused]]
    const ssize_t size = ::pwrite(file.get(), line.data(), line.size(), 0);
}

// False when the file system has no locks.
bool lock(const Descriptor& file, int how, const fs::path& folder) {
  int result = 0;
  while ((result = ::flock(file.get(), how | LOCK_NB)) != 0 && errno == EINTR) {
  }
  if (result == 0) return true;
  if (errno != EWOULDBLOCK) return false;
  fail(ErrorKind::temporary,
       fmt::format("{}: in use by {}", shown_path(folder.native()), owner_of(file)),
       "wait for it to end and run this again");
}

std::string shard_lock_name(const Shard& shard) {
  return fmt::format("{}.{}-of-{}", kLockName, shard.index + 1, shard.count);
}

}  // namespace

BatchLock::BatchLock(const fs::path& folder, const Shard& shard, const std::string& owner)
    : folder_(folder),
      is_shared_(shard.count > 1),
      all_(open_lock(folder / kLockName)),
      own_(is_shared_ ? open_lock(folder / shard_lock_name(shard)) : Descriptor(-1)) {
  const bool is_locked = lock(all_, is_shared_ ? LOCK_SH : LOCK_EX, folder) &&
                         (!is_shared_ || lock(own_, LOCK_EX, folder));
  if (!is_locked)
    warning_ =
        fmt::format("{}: the file system has no locks; make sure that no other run works there",
                    shown_path(folder.native()));
  write_owner(is_shared_ ? own_ : all_, owner);
}

void BatchLock::remove_leftovers() {
  if (!warning_.empty()) return;
  if (is_shared_ && ::flock(all_.get(), LOCK_EX | LOCK_NB) != 0) {
    ::flock(all_.get(), LOCK_SH | LOCK_NB);  // a failed change may have dropped the lock
    return;
  }
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().filename().native().starts_with(kTemporaryPrefix)) {
      std::error_code ignored;
      fs::remove(entry->path(), ignored);
    }
  if (is_shared_) ::flock(all_.get(), LOCK_SH | LOCK_NB);
}

}  // namespace cadenza

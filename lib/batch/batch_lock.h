// One process at a time works in an output folder; shards of one batch may share it.
#pragma once

#include <filesystem>
#include <string>

#include "lib/batch/shard.h"
#include "lib/io/descriptor.h"

namespace cadenza {

inline constexpr const char* kLockName = ".cadenza.lock";
inline constexpr const char* kTemporaryPrefix = ".cadenza-tmp-";

// Held for the whole run; the kernel frees it on any death. A whole batch takes the folder's lock
// alone; a shard shares it with other shards and takes a lock of its own besides. Where the file
// system has no locks it says so in `warning` and goes on: nothing relies on it but comfort.
class BatchLock {
 public:
  // The folder must exist. owner: "pid 7 on host since time", for whoever comes second. Throws
  // Error(temporary) naming the owner, Error(io).
  BatchLock(const std::filesystem::path& folder, const Shard& shard, const std::string& owner);

  const std::string& warning() const { return warning_; }

  // Removes what killed runs left half written. Only while nobody else works in the folder: a shard
  // asks for that first and does nothing when others run.
  void remove_leftovers();

 private:
  std::filesystem::path folder_;
  bool is_shared_;
  Descriptor all_, own_;
  std::string warning_;
};

}  // namespace cadenza

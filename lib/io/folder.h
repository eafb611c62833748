// The folders that published files go into.
//
// All throw Error(io) naming the path and the cause. An empty path means the current folder.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "lib/io/descriptor.h"

namespace cadenza {

// "song.wav: cannot write: No space left on device".
[[noreturn]] void fail_io(const std::filesystem::path& path, std::string_view what, int error);

// Makes a folder and those above it where they are missing, each synced into its parent. When it
// goes out of scope, those it made that are still empty are removed again: a failure leaves nothing
// behind.
class NewFolders {
 public:
  explicit NewFolders(const std::filesystem::path& folder);
  ~NewFolders();
  NewFolders(const NewFolders&) = delete;
  NewFolders& operator=(const NewFolders&) = delete;

 private:
  void make(const std::filesystem::path& folder);
  void remove_made();
  std::vector<std::filesystem::path> made_;  // outermost first
};

Descriptor open_folder(const std::filesystem::path& folder);

// fsync; returns errno, 0 when done or when the file system has no such thing for folders.
int sync_folder(int folder);

// Could a file be made in this folder, after making the folder itself if need be? Makes nothing.
void expect_usable_folder(const std::filesystem::path& folder);

// No component is longer than a file name may be.
void expect_short_names(const std::filesystem::path& path);

}  // namespace cadenza

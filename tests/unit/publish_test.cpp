#include "lib/io/publish.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/support/temp_folder.h"
#include "tests/support/thrown.h"

using namespace cadenza;
namespace fs = std::filesystem;

namespace {

// Faults the two interposed calls below report instead of doing their work; 0: none.
int rename_fault = 0;
int sync_fault = 0;
int syncs_before_fault = 0;

using Names = std::vector<std::string>;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

struct Failure {
  ErrorKind kind = ErrorKind::internal;
  std::string sentence, hint;
};

Failure failure(const std::optional<Error>& error) {
  REQUIRE(error);
  return {error->kind(), error->sentence(), error->hint()};
}

Failure publishing(const fs::path& path, Overwrite overwrite = Overwrite::no) {
  return failure(thrown([&] { publish_file(path, "new", overwrite); }));
}

Failure expecting(const fs::path& path, Overwrite overwrite = Overwrite::no) {
  return failure(thrown([&] { expect_publishable(path, overwrite); }));
}

bool mentions(const std::string& text, const std::string& word) {
  return text.find(word) != std::string::npos;
}

}  // namespace

// Static linking puts these before the C library's for everything in this test program.
extern "C" int renameat2(int from_folder, const char* from, int to_folder, const char* to,
                         unsigned int flags) noexcept {
  if (rename_fault != 0) {
    errno = rename_fault;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}

extern "C" int fsync(int descriptor) {
  if (sync_fault != 0 && syncs_before_fault-- <= 0) {
    errno = sync_fault;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

TEST_CASE("a published file holds exactly its bytes and nothing lies beside it") {
  const TempFolder folder;
  const std::string bytes("a\0b\n", 4);
  publish_file(folder.path() / "song.wav", bytes, Overwrite::no);
  CHECK(content(folder.path() / "song.wav") == bytes);
  CHECK(folder.names() == Names{"song.wav"});
}

TEST_CASE("an empty file can be published") {
  const TempFolder folder;
  publish_file(folder.path() / "empty", "", Overwrite::no);
  CHECK(folder.names() == Names{"empty"});
}

TEST_CASE("a published file has the permissions of any new file") {
  const TempFolder folder;
  const mode_t mask = ::umask(027);
  publish_file(folder.path() / "song.wav", "x", Overwrite::no);
  ::umask(mask);
  struct stat info {};
  REQUIRE(::stat((folder.path() / "song.wav").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0640);
}

TEST_CASE("missing folders are made") {
  const TempFolder folder;
  const fs::path path = folder.path() / "a/b/song.wav";
  CHECK_NOTHROW(expect_publishable(path, Overwrite::no));
  CHECK(folder.names().empty());
  publish_file(path, "new", Overwrite::no);
  CHECK(content(path) == "new");
}

TEST_CASE("an existing file is kept unless overwriting was asked for") {
  const TempFolder folder;
  const fs::path path = folder.path() / "song.wav";
  put(path, "old");
  for (const Failure& refused : {publishing(path), expecting(path)}) {
    CHECK(refused.kind == ErrorKind::usage);
    CHECK(mentions(refused.sentence, "song.wav"));
    CHECK(mentions(refused.hint, "--overwrite"));
  }
  CHECK(content(path) == "old");
  CHECK_NOTHROW(expect_publishable(path, Overwrite::yes));
  publish_file(path, "new", Overwrite::yes);
  CHECK(content(path) == "new");
  CHECK(folder.names() == Names{"song.wav"});
}

TEST_CASE("a link that leads nowhere is a taken name") {
  const TempFolder folder;
  const fs::path path = folder.path() / "song.wav";
  fs::create_symlink("nowhere", path);
  CHECK(publishing(path).kind == ErrorKind::usage);
  CHECK(expecting(path).kind == ErrorKind::usage);
  CHECK(folder.names() == Names{"song.wav"});
}

TEST_CASE("folders and devices are never replaced") {
  const TempFolder folder;
  const fs::path taken = folder.path() / "taken";
  fs::create_directory(taken);
  const fs::path pipe = folder.path() / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const auto overwrite : {Overwrite::no, Overwrite::yes})
    for (const auto& path : {taken, pipe}) {
      CHECK(publishing(path, overwrite).kind == ErrorKind::usage);
      CHECK(expecting(path, overwrite).kind == ErrorKind::usage);
    }
  CHECK(expecting("/dev/null", Overwrite::yes).kind == ErrorKind::usage);
  CHECK(mentions(publishing(taken).sentence, "taken: is a folder"));
  CHECK(fs::is_fifo(pipe));
}

TEST_CASE("a path without a file name is refused") {
  const TempFolder folder;
  for (const fs::path& path : {fs::path(), folder.path() / ""}) {
    CHECK(publishing(path).kind == ErrorKind::usage);
    CHECK(expecting(path).kind == ErrorKind::usage);
  }
  CHECK(mentions(expecting("").sentence, "output"));
}

TEST_CASE("a folder that is a file, a loop or the kernel's is refused by both doors") {
  const TempFolder folder;
  put(folder.path() / "plain", "a file");
  fs::create_symlink("loop", folder.path() / "loop");
  fs::create_symlink("nowhere", folder.path() / "dangling");
  const std::vector<std::pair<fs::path, std::string>> cases = {
      {folder.path() / "plain/x.wav", "plain"},
      {folder.path() / "plain/deep/x.wav", "plain"},
      {folder.path() / "loop/x.wav", "loop"},
      {folder.path() / "dangling/x.wav", "dangling"},
      {"/proc/cadenza/x.wav", "/proc/cadenza"},
      {folder.path() / (std::string(300, 'x') + ".wav"), "xxx"},
      {folder.path() / "new" / (std::string(300, 'x') + ".wav"), "xxx"},
      {folder.path() / std::string(300, 'y') / "x.wav", "yyy"}};
  for (const auto& [path, word] : cases) {
    CAPTURE(path);
    for (const Failure& refused : {expecting(path), publishing(path)}) {
      CHECK(refused.kind == ErrorKind::io);
      CHECK(mentions(refused.sentence, word));
      CHECK(refused.sentence.size() < 280);
    }
  }
  CHECK(folder.names().size() == 3);
}

TEST_CASE("a folder without write permission is refused before anything is written") {
  if (::geteuid() == 0) {
    MESSAGE("skipped: root may write everywhere");
    return;
  }
  const TempFolder folder;
  ::chmod(folder.path().c_str(), 0500);
  CHECK(expecting(folder.path() / "x.wav").kind == ErrorKind::io);
  CHECK(publishing(folder.path() / "x.wav").kind == ErrorKind::io);
  ::chmod(folder.path().c_str(), 0700);
}

TEST_CASE("a file system without RENAME_NOREPLACE is served by link and unlink") {
  const TempFolder folder;
  const fs::path path = folder.path() / "song.wav";
  for (const int fault : {EINVAL, ENOSYS}) {
    rename_fault = fault;
    publish_file(path, "new", Overwrite::no);
    const Failure refused = publishing(path);
    rename_fault = 0;
    CHECK(refused.kind == ErrorKind::usage);
    CHECK(content(path) == "new");
    CHECK(folder.names() == Names{"song.wav"});
    fs::remove(path);
  }
}

TEST_CASE("a rename that fails leaves nothing behind, new folders included") {
  const TempFolder folder;
  rename_fault = EIO;
  const Failure refused = publishing(folder.path() / "a/b/song.wav");
  rename_fault = 0;
  CHECK(refused.kind == ErrorKind::io);
  CHECK(folder.names().empty());
}

TEST_CASE("an fsync that fails, of the file or of its folder, leaves nothing behind") {
  const TempFolder folder;
  for (const int good_syncs : {0, 1}) {
    sync_fault = EIO;
    syncs_before_fault = good_syncs;
    const Failure refused = publishing(folder.path() / "song.wav");
    sync_fault = 0;
    CHECK(refused.kind == ErrorKind::io);
    CHECK(mentions(refused.sentence, "song.wav"));
    CHECK(folder.names().empty());
  }
}

TEST_CASE("a failed overwrite keeps the old file") {
  const TempFolder folder;
  const fs::path path = folder.path() / "song.wav";
  put(path, "old");
  sync_fault = ENOSPC;
  syncs_before_fault = 0;
  const Failure refused = publishing(path, Overwrite::yes);
  sync_fault = 0;
  CHECK(refused.kind == ErrorKind::io);
  CHECK(content(path) == "old");
  CHECK(folder.names() == Names{"song.wav"});
}

TEST_CASE("a file larger than the limit of the process is an error that leaves nothing behind") {
  const TempFolder folder;
  struct rlimit before {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { 1000, before.rlim_max };
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto error = thrown(
      [&] { publish_file(folder.path() / "song.wav", std::string(5000, 'x'), Overwrite::no); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::io);
  CHECK(folder.names().empty());
}

namespace {

enum Outcome { kClean, kCannotMount, kNoError, kWrongKind, kLeftovers };

// In a process of its own, whose mounts end with it: publishes 256 KiB into a 64 KiB file system.
Outcome publish_to_full_disk(const TempFolder& folder) {
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("none", folder.path().c_str(), "tmpfs", 0, "size=64k") != 0)
    return kCannotMount;
  const auto error = thrown([&] {
    publish_file(folder.path() / "a/song.wav", std::string(256 << 10, 'x'), Overwrite::no);
  });
  if (!error) return kNoError;
  if (error->kind() != ErrorKind::io) return kWrongKind;
  return folder.names().empty() ? kClean : kLeftovers;
}

}  // namespace

TEST_CASE("a full disk is an error that leaves nothing behind") {
  const TempFolder folder;
  const pid_t child = ::fork();
  if (child == 0) ::_exit(publish_to_full_disk(folder));
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kCannotMount) {
    MESSAGE("skipped: mounting a small tmpfs needs root");
    return;
  }
  CHECK(WEXITSTATUS(status) == kClean);
}

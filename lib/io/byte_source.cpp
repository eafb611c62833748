#include "lib/io/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lib/error.h"

namespace cadenza {

namespace {

class FileSource final : public ByteSource {
 public:
  FileSource(int descriptor, std::uint64_t size_bytes, std::string name)
      : descriptor_(descriptor), size_bytes_(size_bytes), name_(std::move(name)) {}
  ~FileSource() override { ::close(descriptor_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  const std::string& name() const override { return name_; }
  std::uint64_t size_bytes() const override { return size_bytes_; }

  std::string identity() const override {
    struct stat info {};
    if (::fstat(descriptor_, &info) != 0) return {};
    return fmt::format("{}:{}:{}.{:09}:{}.{:09}", info.st_ino, info.st_size, info.st_mtim.tv_sec,
                       info.st_mtim.tv_nsec, info.st_ctim.tv_sec, info.st_ctim.tv_nsec);
  }

  void read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    while (!out.empty()) {
      const ssize_t got =
          ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail(ErrorKind::io, fmt::format("{}: {}", name_, std::strerror(errno)));
      if (got == 0) fail(ErrorKind::io, fmt::format("{}: ends early, at byte {}", name_, offset));
      offset += static_cast<std::uint64_t>(got);
      out = out.subspan(static_cast<std::size_t>(got));
    }
  }

 private:
  int descriptor_;
  std::uint64_t size_bytes_;
  std::string name_;
};

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::span<const std::byte> bytes, std::string name)
      : bytes_(bytes), name_(std::move(name)) {}

  const std::string& name() const override { return name_; }
  std::uint64_t size_bytes() const override { return bytes_.size(); }

  void read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset > bytes_.size() || out.size() > bytes_.size() - offset)
      fail(ErrorKind::io, fmt::format("{}: ends early, at byte {}", name_, bytes_.size()));
    if (!out.empty()) std::memcpy(out.data(), bytes_.data() + offset, out.size());
  }

 private:
  std::span<const std::byte> bytes_;
  std::string name_;
};

}  // namespace

std::string ByteSource::read_all(std::uint64_t limit_bytes) const {
  if (size_bytes() > limit_bytes)
    fail(ErrorKind::bad_model,
         fmt::format("{}: is {} bytes, at most {} are allowed", name(), size_bytes(), limit_bytes));
  std::string text(size_bytes(), '\0');
  read_at(0, std::as_writable_bytes(std::span(text)));
  return text;
}

std::unique_ptr<ByteSource> open_file(const std::filesystem::path& path, std::string name) {
  // O_NONBLOCK: opening a pipe must not wait for a writer.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) {
    const int error = errno;
    const auto kind = error == ENOENT || error == ENOTDIR ? ErrorKind::not_found
                      : error == ELOOP                    ? ErrorKind::bad_model
                                                          : ErrorKind::io;
    fail(kind, fmt::format("{}: {}", name, std::strerror(error)));
  }
  struct stat info {};
  if (::fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(descriptor);
    fail(ErrorKind::bad_model, fmt::format("{}: is not a regular file", name));
  }
  return std::make_unique<FileSource>(descriptor, static_cast<std::uint64_t>(info.st_size),
                                      std::move(name));
}

std::unique_ptr<ByteSource> wrap_memory(std::span<const std::byte> bytes, std::string name) {
  return std::make_unique<MemorySource>(bytes, std::move(name));
}

}  // namespace cadenza

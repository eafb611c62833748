// Bytes with a size and a name that can be read at any offset: a file on disk or memory of our own.
//
// Files are read with pread into the caller's buffer and never mapped: a file that shrinks while we
// read it must give an error line, not SIGBUS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace cadenza {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // The name people know it by, for messages: "model.safetensors", not a whole path.
  virtual const std::string& name() const = 0;
  virtual std::uint64_t size_bytes() const = 0;

  // Tells a file from what it was before without reading it: number, size and times. Empty for
  // memory.
  virtual std::string identity() const { return {}; }

  // Fills `out` with the bytes at `offset`. Throws Error(io) when fewer are there.
  virtual void read_at(std::uint64_t offset, std::span<std::byte> out) const = 0;

  // The whole content. Throws Error(kind bad_model) when it is longer than `limit_bytes`.
  std::string read_all(std::uint64_t limit_bytes) const;
};

// Opens a regular file (links are followed; pipes, devices and directories are refused with
// Error(bad_model)). Throws Error(not_found) when there is none.
std::unique_ptr<ByteSource> open_file(const std::filesystem::path& path, std::string name);

// `bytes` must outlive the source. Used for the built-in model and in tests.
std::unique_ptr<ByteSource> wrap_memory(std::span<const std::byte> bytes, std::string name);

}  // namespace cadenza

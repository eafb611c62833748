#include "models/musicgen/pack_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "lib/error.h"
#include "lib/io/descriptor.h"
#include "lib/io/publish.h"
#include "lib/io/sha256.h"
#include "models/checkpoint/model_files.h"

namespace cadenza {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHeaderBytes = 4096;
constexpr std::size_t kChecksumDigits = 16;
// Raise it when the layout of packed weights, or their order, changes.
constexpr int kLayoutVersion = 1;

#if defined(__x86_64__)
constexpr std::string_view kFamily = "x86-64";
#else
constexpr std::string_view kFamily = "other";
#endif

std::string header_text(const std::string& key, std::size_t size, std::uint64_t checksum) {
  return fmt::format("CADENZA PACK\nlayout {}\nkey {}\nbytes {}\nchecksum {:016x}\n",
                     kLayoutVersion, key, size, checksum);
}

bool read_at(const Descriptor& file, std::uint64_t offset, std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t got = ::pread(file.get(), out.data(), out.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    offset += static_cast<std::uint64_t>(got);
    out = out.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

// What lies behind the header, by all threads: most of the time goes into touching the memory.
bool read_in_pieces(const Descriptor& file, std::span<std::byte> out, ThreadPool& pool) {
  constexpr std::size_t kPiece = std::size_t{8} << 20;
  std::atomic<bool> is_whole{true};
  pool.for_each(static_cast<std::int64_t>((out.size() + kPiece - 1) / kPiece), [&](auto index) {
    const std::size_t first = static_cast<std::size_t>(index) * kPiece;
    const auto piece = out.subspan(first, std::min(kPiece, out.size() - first));
    if (!read_at(file, kHeaderBytes + first, piece)) is_whole = false;
  });
  return is_whole;
}

// Letters, digits, point and dash of a model's name.
std::string plain_name(const std::string& model) {
  std::string name;
  for (const char c : model)
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' ? c : '_';
  return name.substr(0, 80);
}

// Held while one process builds. Without it (a file system without locks) everybody builds.
class BuildLock {
 public:
  explicit BuildLock(const fs::path& path)
      : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    while (descriptor_.is_open() && ::flock(descriptor_.get(), LOCK_EX) != 0 && errno == EINTR) {
    }
  }

 private:
  Descriptor descriptor_;  // closing it lets go
};

std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 29)) * 0xBF58476D1CE4E5B9u;
  return value ^ (value >> 32);
}

// Eight independent sums, so that the processor need not wait for one multiplication after another.
std::uint64_t chunk_checksum(std::span<const std::byte> bytes) {
  constexpr std::size_t kLanes = 8;
  std::uint64_t sums[kLanes] = {1, 2, 3, 4, 5, 6, 7, 8};
  std::size_t at = 0;
  for (; at + sizeof sums <= bytes.size(); at += sizeof sums) {
    std::uint64_t words[kLanes];
    std::memcpy(words, bytes.data() + at, sizeof words);
    for (std::size_t i = 0; i < kLanes; ++i)
      sums[i] = (sums[i] ^ words[i]) * 0x9E3779B97F4A7C15u + (sums[i] >> 31);
  }
  std::uint64_t rest[kLanes] = {};
  std::memcpy(rest, bytes.data() + at, bytes.size() - at);
  std::uint64_t result = bytes.size();
  for (std::size_t i = 0; i < kLanes; ++i) result = mixed(result + sums[i]) + mixed(rest[i] + i);
  return result;
}

}  // namespace

std::uint64_t pack_checksum(std::span<const std::byte> bytes, ThreadPool& pool) {
  constexpr std::size_t kChunk = std::size_t{1} << 20;
  std::vector<std::uint64_t> sums((bytes.size() + kChunk - 1) / kChunk);
  pool.for_each(std::ssize(sums), [&](std::int64_t i) {
    const std::size_t first = static_cast<std::size_t>(i) * kChunk;
    sums[i] = chunk_checksum(bytes.subspan(first, std::min(kChunk, bytes.size() - first)));
  });
  std::uint64_t result = 0;
  for (const std::uint64_t sum : sums) result = mixed(result * 31 + sum);
  return result;
}

PackCache::Source pack_source(const ModelFiles& files) {
  PackCache::Source source;
  source.model = files.name + "-" + sha256_hex(files.folder.native()).substr(0, 8);
  for (const auto& [name, file] : files.files)
    source.identity += fmt::format("{} {}\n", name, file->identity());
  return source;
}

PackCache::PackCache(fs::path folder, Source source, std::function<void(const std::string&)> note)
    : folder_(std::move(folder)), source_(std::move(source)), note_(std::move(note)) {}

fs::path PackCache::path(const std::string& precision) const {
  return folder_ / fmt::format("{}.{}.pack", plain_name(source_.model), precision);
}

std::string PackCache::key(const std::string& precision) const {
  return sha256_hex(
      fmt::format("{}\n{}\n{}\n{}", kLayoutVersion, kFamily, precision, source_.identity));
}

Pack PackCache::load_or_build(const std::string& precision, std::size_t size_bytes,
                              ThreadPool& pool, const std::function<void(std::byte*)>& build) {
  std::error_code ignored;
  fs::create_directories(folder_, ignored);
  const fs::path path = this->path(precision);
  const std::string key = this->key(precision);
  Pack pack{{}, kHeaderBytes, false};
  if (load(path, key, size_bytes, pool, pack)) return pack;
  const BuildLock lock(path.string() + ".lock");
  // Somebody else may have built it while we waited; what is wrong with the file is told once.
  if (load(path, key, size_bytes, pool, pack)) return pack;
  if (fs::exists(path, ignored))
    note_(path.string() + ": is damaged or not of this model's files; it is made again");
  pack = {HugeBuffer(kHeaderBytes + size_bytes), kHeaderBytes, true};
  build(pack.buffer.data() + kHeaderBytes);
  save(path, key, pack, pool);
  return pack;
}

bool PackCache::load(const fs::path& path, const std::string& key, std::size_t size_bytes,
                     ThreadPool& pool, Pack& pack) const {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (!file.is_open() || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode) ||
      info.st_size != static_cast<off_t>(kHeaderBytes + size_bytes))
    return false;
  std::string header(kHeaderBytes, '\0');
  if (!read_at(file, 0, std::as_writable_bytes(std::span(header)))) return false;
  // Only a file that claims to be the right one is worth reading whole.
  const std::string claimed = header_text(key, size_bytes, 0);
  const std::size_t known = claimed.size() - kChecksumDigits - 1;
  if (!header.starts_with(claimed.substr(0, known))) return false;
  HugeBuffer buffer(kHeaderBytes + size_bytes);
  const std::span<std::byte> weights(buffer.data() + kHeaderBytes, size_bytes);
  if (!read_in_pieces(file, weights, pool)) return false;
  if (!header.starts_with(header_text(key, size_bytes, pack_checksum(weights, pool)))) return false;
  pack.buffer = std::move(buffer);
  return true;
}

void PackCache::save(const fs::path& path, const std::string& key, const Pack& pack,
                     ThreadPool& pool) const {
  std::byte* const memory = pack.buffer.data();
  const std::size_t size = pack.buffer.size_bytes() - kHeaderBytes;
  const std::string header =
      header_text(key, size, pack_checksum({memory + kHeaderBytes, size}, pool));
  std::memcpy(memory, header.data(), header.size());
  try {
    publish_file(path, {reinterpret_cast<const char*>(memory), pack.buffer.size_bytes()},
                 Overwrite::yes);
  } catch (const Error& error) {
    note_(error.sentence() + "; packed weights are not kept for the next run");
  }
}

}  // namespace cadenza

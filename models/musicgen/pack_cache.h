// The decoder's packed weights, kept in a file between runs: the next start reads them as they are
// instead of converting and packing the checkpoint. Torch-free.
//
//   <folder>/<model>-<hash of its folder>.<precision>.pack
//   page 0   "CADENZA PACK", version, key, size, checksum of the rest, as text; zeros
//   page 1   the weights as CpuDecoderWeights lays them out, for every instruction set alike
//
// The key hashes what the contents follow from: the identity of every file of the model (a changed
// or replaced file is noticed without reading it), precision, layout version, processor family. Of
// processes that start at the same time one builds, the others wait and read.
//
// Read, not mapped: pages of a file are small ones, and a decode step over them takes 1.6 times as
// long as over huge pages (docs/PERFORMANCE.md).
//
// Nothing here can fail a run: without a usable file or folder the weights are packed in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "models/kernels/cpu/huge_buffer.h"
#include "models/kernels/cpu/thread_pool.h"

namespace cadenza {

struct Pack {
  HugeBuffer buffer;
  std::size_t offset = 0;  // where the weights begin
  bool is_built = false;   // else read from a file
};

class PackCache {
 public:
  struct Source {
    std::string model;     // for the file's name: another for every folder
    std::string identity;  // of all files
  };
  // note: receives one line when a file is damaged, out of date or cannot be written.
  PackCache(std::filesystem::path folder, Source source,
            std::function<void(const std::string&)> note);

  std::filesystem::path path(const std::string& precision) const;

  // build: fills zeroed memory of that size; what it throws passes through, and leaves no file.
  Pack load_or_build(const std::string& precision, std::size_t size_bytes, ThreadPool& pool,
                     const std::function<void(std::byte*)>& build);

 private:
  std::string key(const std::string& precision) const;
  bool load(const std::filesystem::path& path, const std::string& key, std::size_t size_bytes,
            ThreadPool& pool, Pack& pack) const;
  void save(const std::filesystem::path& path, const std::string& key, const Pack& pack,
            ThreadPool& pool) const;

  std::filesystem::path folder_;
  Source source_;
  std::function<void(const std::string&)> note_;
};

struct ModelFiles;
PackCache::Source pack_source(const ModelFiles& files);

// 64 bits over all bytes, at the speed of memory: meets damage, not malice. The same for any number
// of threads.
std::uint64_t pack_checksum(std::span<const std::byte> bytes, ThreadPool& pool);

}  // namespace cadenza

#include "lib/audio/memory_file.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>

namespace cadenza {

namespace {

MemoryFile& file_of(void* user) { return *static_cast<MemoryFile*>(user); }

sf_count_t size_of(void* user) { return static_cast<sf_count_t>(file_of(user).bytes.size()); }

sf_count_t position_of(void* user) { return file_of(user).position; }

sf_count_t seek(sf_count_t offset, int whence, void* user) {
  MemoryFile& file = file_of(user);
  if (whence == SEEK_CUR) offset += file.position;
  if (whence == SEEK_END) offset += size_of(user);
  if (offset < 0) return -1;
  return file.position = offset;
}

sf_count_t read(void* out, sf_count_t count, void* user) {
  MemoryFile& file = file_of(user);
  count = std::clamp<sf_count_t>(size_of(user) - file.position, 0, count);
  if (count > 0)
    std::memcpy(out, file.bytes.data() + file.position, static_cast<std::size_t>(count));
  file.position += count;
  return count;
}

sf_count_t write(const void* in, sf_count_t count, void* user) {
  MemoryFile& file = file_of(user);
  const auto end = static_cast<std::size_t>(file.position + count);
  if (end > file.bytes.size()) file.bytes.resize(end);
  std::memcpy(file.bytes.data() + file.position, in, static_cast<std::size_t>(count));
  file.position += count;
  return count;
}

}  // namespace

SF_VIRTUAL_IO MemoryFile::callbacks() {
  SF_VIRTUAL_IO io{};
  io.get_filelen = size_of;
  io.seek = seek;
  io.read = read;
  io.write = write;
  io.tell = position_of;
  return io;
}

}  // namespace cadenza

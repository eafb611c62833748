// The chunks of a RIFF file, read by hand and strictly: every size must fit, the walk must end
// where the bytes end.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <string>

namespace cadenza {

using Chunks = std::map<std::string, std::string>;  // id, content

inline std::uint32_t little_endian_u32(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
  return value;
}

// From `at` to the end.
inline Chunks read_chunks(const std::string& bytes, std::size_t at) {
  Chunks chunks;
  while (at < bytes.size()) {
    const std::uint32_t size = little_endian_u32(bytes, at + 4);
    const std::string id = bytes.substr(at, 4);
    CHECK_MESSAGE(chunks.count(id) == 0, "chunk stands twice: " << id);
    chunks[id] = bytes.substr(at + 8, size);
    REQUIRE(chunks[id].size() == size);
    at += 8 + size + size % 2;
  }
  CHECK(at == bytes.size());
  return chunks;
}

inline Chunks read_wav(const std::string& bytes) {
  REQUIRE(bytes.substr(0, 4) == "RIFF");
  REQUIRE(bytes.substr(8, 4) == "WAVE");
  CHECK(little_endian_u32(bytes, 4) + 8 == bytes.size());
  return read_chunks(bytes, 12);
}

}  // namespace cadenza

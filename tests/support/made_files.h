// Files made by hand in a test: bytes in memory behind a ByteSource, and safetensors from parts.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lib/io/byte_source.h"

namespace cadenza::testing {

// A source that owns its bytes.
inline std::shared_ptr<const ByteSource> made_file(std::string name, std::string bytes) {
  struct Owner {
    std::string bytes;
    std::unique_ptr<ByteSource> source;
  };
  auto owner = std::make_shared<Owner>();
  owner->bytes = std::move(bytes);
  owner->source = wrap_memory(std::as_bytes(std::span(owner->bytes)), std::move(name));
  return {owner, owner->source.get()};
}

inline std::string le64(std::uint64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(value >> 8 * i & 0xff);
  return bytes;
}

// Header length, header, data: a whole safetensors file.
inline std::string safetensors(const std::string& header, const std::string& data) {
  return le64(header.size()) + header + data;
}

template <typename Number>
std::string bytes_of(const std::vector<Number>& values) {
  std::string bytes(values.size() * sizeof(Number), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

}  // namespace cadenza::testing

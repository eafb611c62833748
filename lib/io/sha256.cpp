#include "lib/io/sha256.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "lib/error.h"

namespace cadenza {

namespace {

void expect(bool is_ok) {
  if (!is_ok) fail(ErrorKind::internal, "SHA-256 is not available in OpenSSL");
}

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  expect(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Sha256::add(std::string_view bytes) {
  expect(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex() {
  std::array<unsigned char, 32> digest{};
  unsigned int length = 0;
  expect(EVP_DigestFinal_ex(context_.get(), digest.data(), &length) == 1);
  std::string text;
  for (const unsigned char byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.hex();
}

std::string sha256_hex(const ByteSource& source) {
  constexpr std::uint64_t kChunkBytes = 1 << 20;
  Sha256 hash;
  std::string buffer(std::min(kChunkBytes, source.size_bytes()), '\0');
  for (std::uint64_t offset = 0; offset < source.size_bytes(); offset += buffer.size()) {
    const auto count = std::min<std::uint64_t>(buffer.size(), source.size_bytes() - offset);
    source.read_at(offset, std::as_writable_bytes(std::span(buffer.data(), count)));
    hash.add(std::string_view(buffer).substr(0, count));
  }
  return hash.hex();
}

}  // namespace cadenza

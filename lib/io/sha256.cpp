#include "lib/io/sha256.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "lib/error.h"

namespace cadenza {

namespace {

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    expect(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }

  void add(std::span<const std::byte> bytes) {
    expect(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }

  std::string hex() {
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

 private:
  static void expect(bool is_ok) {
    if (!is_ok) fail(ErrorKind::internal, "SHA-256 is not available in OpenSSL");
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.add(std::as_bytes(std::span(bytes)));
  return hash.hex();
}

std::string sha256_hex(const ByteSource& source) {
  constexpr std::uint64_t kChunkBytes = 1 << 20;
  Sha256 hash;
  std::vector<std::byte> buffer(std::min(kChunkBytes, source.size_bytes()));
  for (std::uint64_t offset = 0; offset < source.size_bytes(); offset += buffer.size()) {
    const auto count = std::min<std::uint64_t>(buffer.size(), source.size_bytes() - offset);
    const std::span chunk(buffer.data(), count);
    source.read_at(offset, chunk);
    hash.add(chunk);
  }
  return hash.hex();
}

}  // namespace cadenza

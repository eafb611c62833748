// SHA-256 by OpenSSL, as lower-case hex.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "lib/io/byte_source.h"

struct evp_md_ctx_st;

namespace cadenza {

// For bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  std::string hex();  // once, at the end

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

std::string sha256_hex(std::string_view bytes);
std::string sha256_hex(const ByteSource& source);

}  // namespace cadenza

// SHA-256 by OpenSSL, as lower-case hex.
#pragma once

#include <string>
#include <string_view>

#include "lib/io/byte_source.h"

namespace cadenza {

std::string sha256_hex(std::string_view bytes);
std::string sha256_hex(const ByteSource& source);

}  // namespace cadenza

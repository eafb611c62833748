#include "lib/audio/vorbis_comment.h"

#include <cstdint>

#include "lib/error.h"

namespace cadenza {

namespace {

void append_length(std::string& out, std::size_t length) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((length >> shift) & 0xFF);
}

void append_counted(std::string& out, std::string_view text) {
  append_length(out, text.size());
  out += text;
}

}  // namespace

std::string vorbis_comment_block(std::string_view vendor, const TagPairs& fields) {
  std::string block;
  append_counted(block, vendor);
  append_length(block, fields.size());
  for (const auto& [name, value] : fields) append_counted(block, name + "=" + value);
  return block;
}

std::string_view vendor_of(std::string_view block) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < 4 && i < block.size(); ++i)
    length |= std::size_t{static_cast<unsigned char>(block[i])} << (8 * i);
  if (block.size() < 4 || length > block.size() - 4)
    fail(ErrorKind::internal, "the encoder wrote a comment block without a vendor");
  return block.substr(4, length);
}

}  // namespace cadenza

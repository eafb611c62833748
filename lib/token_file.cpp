#include "lib/token_file.h"

#include <cstdint>

#include "lib/error.h"
#include "lib/json/strict_json.h"

namespace cadenza {

namespace {

// The data then begins at a multiple of 8, as the format asks of writers.
constexpr std::size_t kHeaderAlignment = 8;

void append_little_endian(std::string& out, std::uint64_t value, int num_bytes) {
  for (int i = 0; i < num_bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

// Members in a fixed order, metadata sorted by name: equal tokens give equal bytes.
std::string header(const Tokens& tokens, const std::map<std::string, std::string>& metadata) {
  Json json = Json::object();
  if (!metadata.empty()) json["__metadata__"] = metadata;
  const std::size_t size_bytes = tokens.codes.size() * sizeof(std::int16_t);
  json["codes"] = {{"dtype", "I16"},
                   {"shape", {tokens.num_codebooks, tokens.num_frames}},
                   {"data_offsets", {0, size_bytes}}};
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.resize((text.size() + kHeaderAlignment - 1) / kHeaderAlignment * kHeaderAlignment, ' ');
  return text;
}

}  // namespace

std::string encode_tokens(const Tokens& tokens,
                          const std::map<std::string, std::string>& metadata) {
  if (static_cast<std::int64_t>(tokens.codes.size()) != tokens.num_codebooks * tokens.num_frames)
    fail(ErrorKind::internal, "the tokens of a track do not fill their (K, T) table");
  const std::string json = header(tokens, metadata);
  std::string bytes;
  bytes.reserve(8 + json.size() + tokens.codes.size() * sizeof(std::int16_t));
  append_little_endian(bytes, json.size(), 8);
  bytes += json;
  for (const std::int16_t code : tokens.codes)
    append_little_endian(bytes, static_cast<std::uint16_t>(code), 2);
  return bytes;
}

}  // namespace cadenza

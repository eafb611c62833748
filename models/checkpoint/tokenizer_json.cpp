#include "models/checkpoint/tokenizer_json.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>
#include <string>

#include "lib/error.h"
#include "lib/json/strict_json.h"
#include "lib/text/quote.h"
#include "models/checkpoint/foreign_format.h"

namespace cadenza {

namespace {

constexpr JsonLimits kLimits{16 << 20, 32, 1'000'000};
constexpr std::size_t kMaxPieces = 65'536;
constexpr const char* kMetaspace = "\u2581";

[[noreturn]] void refuse(const std::string& what) {
  fail(ErrorKind::bad_model, fmt::format("{}: {}", kTokenizerJsonFile, what));
}

// A member of an object, or null.
const Json& member(const Json& json, const char* key) {
  static const Json kNull;
  const auto found = json.is_object() ? json.find(key) : json.end();
  return found == json.end() ? kNull : *found;
}

const std::string& text_of(const Json& json, const char* key, const std::string& path) {
  const std::string* text = member(json, key).get_ptr<const std::string*>();
  if (text == nullptr)
    refuse(fmt::format("{}.{}: expected text, found {}", path, key, shown_json(member(json, key))));
  return *text;
}

std::optional<std::size_t> as_id(const Json& json) {
  if (!json.is_number_unsigned()) return std::nullopt;
  const auto id = json.get<std::uint64_t>();
  return id >= 2 * kMaxPieces ? std::nullopt : std::optional<std::size_t>(id);
}

// RFC 4648, with padding, without line breaks.
std::string decode_base64(std::string_view text) {
  std::array<int, 256> values{};
  values.fill(-1);
  const std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<int>(i);

  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  const bool has_whole_groups = text.size() % 4 == 0;
  text.remove_suffix(padding);
  std::string bytes;
  std::uint32_t bits = 0;
  int num_bits = 0;
  for (const char character : text) {
    const int value = values[static_cast<unsigned char>(character)];
    if (value < 0 || !has_whole_groups) refuse("normalizer: precompiled_charsmap: is not base64");
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    num_bits += 6;
    if (num_bits < 8) continue;
    num_bits -= 8;
    bytes += static_cast<char>(bits >> num_bits & 0xff);
  }
  return bytes;
}

// The charsmap of a normalizer. Strip and Replace only tidy white space, which never makes a token.
std::string read_charsmap(const Json& normalizer, bool is_inside_sequence = false) {
  if (normalizer.is_null()) return {};
  const std::string& type = text_of(normalizer, "type", "normalizer");
  if (type == "Precompiled") {
    const Json& charsmap = member(normalizer, "precompiled_charsmap");
    if (charsmap.is_null()) return {};
    return decode_base64(text_of(normalizer, "precompiled_charsmap", "normalizer"));
  }
  if (is_inside_sequence && (type == "Strip" || type == "Replace")) return {};
  const Json& parts = member(normalizer, "normalizers");
  if (type != "Sequence" || is_inside_sequence || !parts.is_array())
    refuse(fmt::format("normalizer: type {} is not one of T5's", quoted(type, 40)));
  std::string charsmap;
  for (const Json& part : parts) charsmap += read_charsmap(part, true);
  return charsmap;
}

// Every word begins with the metaspace. Old files say so by add_prefix_space.
void expect_metaspace(const Json& json) {
  const std::string& type = text_of(json, "type", "pre_tokenizer");
  if (type != "Metaspace")
    refuse(fmt::format("pre_tokenizer: type {} is not one of T5's", quoted(type, 40)));
  const Json& scheme = member(json, "prepend_scheme");
  const Json& prefix = member(json, "add_prefix_space");
  if ((!scheme.is_null() && scheme != "always") || (!prefix.is_null() && prefix != true))
    refuse("pre_tokenizer: expected a Metaspace before every word");
  if (text_of(json, "replacement", "pre_tokenizer") != kMetaspace)
    refuse("pre_tokenizer: replacement: expected U+2581");
}

void expect_pre_tokenizer(const Json& json) {
  const Json& parts = member(json, "pretokenizers");
  if (text_of(json, "type", "pre_tokenizer") != "Sequence" || !parts.is_array())
    return expect_metaspace(json);
  for (const Json& part : parts)
    if (member(part, "type") != "WhitespaceSplit") expect_metaspace(part);
}

Piece read_piece(const Json& json, std::size_t id) {
  const auto wrong = [&] {
    refuse(fmt::format("model.vocab: piece {}: expected [text, score], found {}", id,
                       shown_json(json)));
  };
  if (!json.is_array() || json.size() != 2 || !json[0].is_string() || !json[1].is_number()) wrong();
  const auto score = json[1].get<double>();
  if (std::abs(score) > 1e30) wrong();
  return {json[0].get<std::string>(), static_cast<float>(score), PieceType::normal};
}

void read_vocabulary(const Json& model, SpieceModel& spiece) {
  if (!model.is_object()) refuse("model: expected an object");
  if (member(model, "type") != "Unigram")
    refuse(fmt::format("model.type: expected \"Unigram\", found {}",
                       shown_json(member(model, "type"))));
  if (member(model, "byte_fallback") == true) refuse("model.byte_fallback: expected false");
  const Json& vocab = member(model, "vocab");
  if (!vocab.is_array() || vocab.empty() || vocab.size() > kMaxPieces)
    refuse(fmt::format("model.vocab: expected 1 to {} pieces", kMaxPieces));
  for (const Json& item : vocab) spiece.pieces.push_back(read_piece(item, spiece.pieces.size()));

  const auto unknown = as_id(member(model, "unk_id"));
  if (!unknown || *unknown >= spiece.pieces.size())
    refuse(fmt::format("model.unk_id: expected an id below {}, found {}", spiece.pieces.size(),
                       shown_json(member(model, "unk_id"))));
  spiece.pieces[*unknown].type = PieceType::unknown;
}

// Special tokens: pieces that are marked as such, or ones beyond the vocabulary, in order.
void read_added_tokens(const Json& tokens, SpieceModel& spiece) {
  if (tokens.is_null()) return;
  if (!tokens.is_array()) refuse("added_tokens: expected a list");
  for (const Json& token : tokens) {
    const std::string& content = text_of(token, "content", "added_tokens");
    const auto id = as_id(member(token, "id"));
    if (member(token, "single_word") == true) refuse("added_tokens: single_word is not supported");
    if (id && *id == spiece.pieces.size()) spiece.pieces.push_back({content, 0, PieceType::normal});
    if (!id || *id >= spiece.pieces.size() || spiece.pieces[*id].text != content)
      refuse(fmt::format("added_tokens: {} has id {}, which is not its place in the vocabulary",
                         quoted(content, 40), shown_json(member(token, "id"))));
    if (spiece.pieces[*id].type == PieceType::normal) spiece.pieces[*id].type = PieceType::control;
  }
}

}  // namespace

SpieceModel parse_tokenizer_json(std::string_view text) {
  if (const auto format = foreign_format(text); !format.empty() && format != "JSON text")
    fail(ErrorKind::bad_model, fmt::format("{}: is {}", kTokenizerJsonFile, format),
         std::string(foreign_format_hint(format)));
  const Json json = parse_json(text, kTokenizerJsonFile, kLimits, ErrorKind::bad_model);
  if (!json.is_object()) refuse("expected an object");
  SpieceModel spiece;
  read_vocabulary(member(json, "model"), spiece);
  read_added_tokens(member(json, "added_tokens"), spiece);
  expect_pre_tokenizer(member(json, "pre_tokenizer"));
  spiece.charsmap = read_charsmap(member(json, "normalizer"));
  expect_valid(spiece, kTokenizerJsonFile);
  return spiece;
}

}  // namespace cadenza

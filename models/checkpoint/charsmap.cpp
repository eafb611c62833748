#include "models/checkpoint/charsmap.h"

#include <fmt/format.h>

#include <cstring>

#include "lib/error.h"
#include "lib/text/utf8.h"

namespace cadenza {

namespace {

constexpr std::size_t kMaxBytes = 4 << 20;
constexpr std::uint32_t kChildren = 256;  // a node's children lie within one aligned block

// The bit layout of Darts-clone, which SentencePiece writes.
bool has_leaf(std::uint32_t unit) { return (unit >> 8 & 1) != 0; }
std::uint32_t label(std::uint32_t unit) { return unit & (1u << 31 | 0xff); }
std::uint32_t offset(std::uint32_t unit) { return unit >> 10 << ((unit & 1u << 9) >> 6); }
std::uint32_t leaf_value(std::uint32_t unit) { return unit & ~(1u << 31); }

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  fail(ErrorKind::bad_model, fmt::format("{}: charsmap: {}", name, what));
}

// Looks at every node that can be reached from the root, each once.
class TrieWalk {
 public:
  TrieWalk(const std::vector<std::uint32_t>& units, std::string_view texts, const std::string& name)
      : units_(units), texts_(texts), name_(name), is_seen_(units.size()) {}

  void run() {
    visit(offset(units_[0]));
    while (!open_.empty()) {
      const std::uint32_t base = open_.back();
      open_.pop_back();
      for (std::uint32_t byte = 1; byte < kChildren; ++byte) {  // a NUL ends every key
        const std::uint32_t unit = units_[base ^ byte];
        if (label(unit) == byte) enter(unit, base ^ byte);
      }
    }
  }

 private:
  void enter(std::uint32_t unit, std::uint32_t at) {
    const std::uint32_t base = at ^ offset(unit);
    visit(base);
    if (has_leaf(unit) && !is_text_start(leaf_value(units_[base])))
      refuse(name_, fmt::format("unit {} points outside its texts", base));
  }

  void visit(std::uint32_t base) {
    if ((base | (kChildren - 1)) >= units_.size())
      refuse(name_, fmt::format("a unit points to {}, its trie has {}", base, units_.size()));
    if (is_seen_[base]) return;
    is_seen_[base] = true;
    open_.push_back(base);
  }

  bool is_text_start(std::uint32_t value) const {
    return value < texts_.size() && (static_cast<unsigned char>(texts_[value]) & 0xc0) != 0x80;
  }

  const std::vector<std::uint32_t>& units_;
  std::string_view texts_;
  const std::string& name_;
  std::vector<bool> is_seen_;
  std::vector<std::uint32_t> open_;
};

}  // namespace

Charsmap::Charsmap(std::string_view bytes, const std::string& name) {
  if (bytes.empty()) return;
  if (bytes.size() > kMaxBytes)
    refuse(name, fmt::format("is {} bytes, at most {} are allowed", bytes.size(), kMaxBytes));
  std::uint32_t trie_bytes = 0;
  if (bytes.size() < sizeof trie_bytes) refuse(name, "ends early");
  std::memcpy(&trie_bytes, bytes.data(), sizeof trie_bytes);
  bytes.remove_prefix(sizeof trie_bytes);
  if (trie_bytes > bytes.size() || trie_bytes == 0 || trie_bytes % sizeof(std::uint32_t) != 0)
    refuse(name, fmt::format("its trie is {} bytes, {} are there", trie_bytes, bytes.size()));

  units_.resize(trie_bytes / sizeof(std::uint32_t));
  std::memcpy(units_.data(), bytes.data(), trie_bytes);
  texts_ = bytes.substr(trie_bytes);
  if (texts_.empty() || texts_.back() != '\0') refuse(name, "its texts do not end in NUL");
  if (find_invalid_utf8(texts_)) refuse(name, "its texts are not UTF-8");
  TrieWalk(units_, texts_, name).run();
}

std::optional<std::string_view> Charsmap::replace_prefix(std::string_view text) const {
  if (units_.empty()) return std::nullopt;
  std::uint32_t at = offset(units_[0]);
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte == 0) return std::nullopt;
    at ^= byte;
    const std::uint32_t unit = units_[at];
    if (label(unit) != byte) return std::nullopt;
    at ^= offset(unit);
    if (has_leaf(unit)) return std::string_view(texts_.c_str() + leaf_value(units_[at]));
  }
  return std::nullopt;
}

}  // namespace cadenza

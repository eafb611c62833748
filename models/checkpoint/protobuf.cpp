#include "models/checkpoint/protobuf.h"

#include <fmt/format.h>

#include <bit>

#include "lib/error.h"

namespace cadenza {

namespace {

constexpr int kVarint = 0, kEightBytes = 1, kDelimited = 2, kFourBytes = 5;

void append_varint(std::string& message, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) message += static_cast<char>(value | 0x80);
  message += static_cast<char>(value);
}

void append_key(std::string& message, std::uint64_t number, int wire_type) {
  append_varint(message, number << 3 | static_cast<std::uint64_t>(wire_type));
}

}  // namespace

void ProtobufReader::refuse(const char* what) const {
  fail(ErrorKind::bad_model, fmt::format("{}: damaged at byte {}: {}", name_, at_, what),
       "download it again");
}

std::uint64_t ProtobufReader::read_varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    if (at_ >= message_.size()) refuse("a number ends early");
    const auto byte = static_cast<unsigned char>(message_[at_++]);
    if (shift == 63 && byte > 1) refuse("a number is too long");
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  refuse("a number is too long");
}

std::uint64_t ProtobufReader::read_fixed(std::size_t num_bytes) {
  if (message_.size() - at_ < num_bytes) refuse("a number ends early");
  std::uint64_t value = 0;
  for (std::size_t i = num_bytes; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(message_[at_ + i]);
  at_ += num_bytes;
  return value;
}

std::optional<ProtobufField> ProtobufReader::next() {
  if (at_ == message_.size()) return std::nullopt;
  const std::uint64_t key = read_varint();
  ProtobufField field{key >> 3, static_cast<int>(key & 7), 0, {}};
  if (field.number == 0 || field.number >= 1u << 29) refuse("a field has an impossible number");
  switch (field.wire_type) {
    case kVarint:
      field.integer = read_varint();
      break;
    case kEightBytes:
      field.integer = read_fixed(8);
      break;
    case kFourBytes:
      field.integer = read_fixed(4);
      break;
    case kDelimited: {
      const std::uint64_t length = read_varint();
      if (length > message_.size() - at_) refuse("a field is longer than the message");
      field.bytes = message_.substr(at_, length);
      at_ += length;
      break;
    }
    default:
      refuse("a field has an unknown type");
  }
  return field;
}

void append_varint_field(std::string& message, std::uint64_t number, std::uint64_t value) {
  append_key(message, number, kVarint);
  append_varint(message, value);
}

void append_float_field(std::string& message, std::uint64_t number, float value) {
  append_key(message, number, kFourBytes);
  for (auto bits = std::bit_cast<std::uint32_t>(value), i = 0u; i < 4; ++i, bits >>= 8)
    message += static_cast<char>(bits & 0xff);
}

void append_bytes_field(std::string& message, std::uint64_t number, std::string_view bytes) {
  append_key(message, number, kDelimited);
  append_varint(message, bytes.size());
  message += bytes;
}

}  // namespace cadenza

// As much of the protocol buffer wire format as a SentencePiece model needs, with every length
// checked against what is there. https://protobuf.dev/programming-guides/encoding
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cadenza {

struct ProtobufField {
  std::uint64_t number = 0;
  int wire_type = 0;          // 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes
  std::uint64_t integer = 0;  // of wire types 0, 1 and 5
  std::string_view bytes;     // of wire type 2; lies inside the message
};

class ProtobufReader {
 public:
  // name: for errors. The message must outlive the reader and its fields.
  ProtobufReader(std::string_view message, const std::string& name)
      : message_(message), name_(name) {}

  // The next field, or nothing at the end. Throws Error(bad_model) for anything that is not the
  // wire format: groups, field 0, varints over ten bytes, lengths beyond the message.
  std::optional<ProtobufField> next();

 private:
  [[noreturn]] void refuse(const char* what) const;
  std::uint64_t read_varint();
  std::uint64_t read_fixed(std::size_t num_bytes);

  std::string_view message_;
  const std::string& name_;
  std::size_t at_ = 0;
};

void append_varint_field(std::string& message, std::uint64_t number, std::uint64_t value);
void append_float_field(std::string& message, std::uint64_t number, float value);
void append_bytes_field(std::string& message, std::uint64_t number, std::string_view bytes);

}  // namespace cadenza

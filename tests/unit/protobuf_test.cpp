#include "models/checkpoint/protobuf.h"

#include <doctest/doctest.h>

#include <bit>
#include <string>

#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

const std::string kName = "spiece.model";

bool is_refused(const std::string& message) {
  const auto error = thrown([&] {
    ProtobufReader reader(message, kName);
    while (reader.next()) continue;
  });
  if (error) CHECK(error->sentence().starts_with("spiece.model: damaged at byte "));
  return error.has_value();
}

}  // namespace

TEST_CASE("the examples of the encoding guide are read") {
  const std::string message("\x08\x96\x01\x12\x07testing\x1d\x00\x00\x80\x3f", 17);
  ProtobufReader reader(message, kName);
  auto field = reader.next();
  CHECK(field->number == 1);
  CHECK(field->integer == 150);
  field = reader.next();
  CHECK(field->number == 2);
  CHECK(field->bytes == "testing");
  field = reader.next();
  CHECK(std::bit_cast<float>(static_cast<std::uint32_t>(field->integer)) == 1.0f);
  CHECK_FALSE(reader.next());
}

TEST_CASE("what is written is read back") {
  std::string message;
  append_varint_field(message, 3, UINT64_MAX);
  append_bytes_field(message, 200, std::string(300, 'x'));
  append_float_field(message, 2, -1.5f);
  ProtobufReader reader(message, kName);
  CHECK(reader.next()->integer == UINT64_MAX);
  CHECK(reader.next()->bytes.size() == 300);
  CHECK(reader.next()->integer == std::bit_cast<std::uint32_t>(-1.5f));
}

TEST_CASE("damage is refused") {
  CHECK(is_refused("\x0a\xff"));                  // length cut
  CHECK(is_refused("\x0a\xff\xff\xff\xff\x0f"));  // length far beyond
  CHECK(
      is_refused("\x0a\x05"
                 "abcd"));                                       // one byte short
  CHECK(is_refused(std::string(1, '\x08').append(11, '\xff')));  // eleven bytes of varint
  CHECK(is_refused(std::string(1, '\x08').append(9, '\xff').append("\x02")));  // more than 64 bits
  CHECK(is_refused("\x0b"));                                                   // group
  CHECK(is_refused(std::string("\x0f\x00", 2)));                               // wire type 7
  CHECK(is_refused(std::string("\x02\x00", 2)));                               // field 0
  CHECK(is_refused("\x0d\x01\x02\x03"));  // three of four bytes
}

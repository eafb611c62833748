#include "lib/io/sha256.h"

#include <doctest/doctest.h>

#include <span>
#include <string>

// Expected values: NIST FIPS 180-4 examples.

TEST_CASE("SHA-256 of the FIPS 180-4 examples") {
  CHECK(cadenza::sha256_hex("") ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(cadenza::sha256_hex("abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a source longer than the read buffer hashes as its bytes do") {
  const std::string million(1000000, 'a');  // FIPS 180-4: one million times "a"
  CHECK(cadenza::sha256_hex(million) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  const std::string long_text = million + million + million;
  const auto source = cadenza::wrap_memory(std::as_bytes(std::span(long_text)), "x");
  CHECK(cadenza::sha256_hex(*source) == cadenza::sha256_hex(long_text));
  const auto empty = cadenza::wrap_memory({}, "empty");
  CHECK(cadenza::sha256_hex(*empty) == cadenza::sha256_hex(""));
}

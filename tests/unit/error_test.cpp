#include "lib/error.h"

#include <doctest/doctest.h>

#include <string>
#include <tuple>
#include <vector>

using namespace cadenza;

TEST_CASE("every kind of error has its documented exit code and name") {
  const std::vector<std::tuple<ErrorKind, int, std::string>> documented = {
      {ErrorKind::internal, 1, "internal"},
      {ErrorKind::usage, 2, "usage"},
      {ErrorKind::partial, 3, "partial"},
      {ErrorKind::not_found, 4, "not_found"},
      {ErrorKind::bad_model, 5, "bad_model"},
      {ErrorKind::io, 6, "io"},
      {ErrorKind::device, 7, "device"},
      {ErrorKind::remote, 8, "remote"},
      {ErrorKind::check_failed, 9, "check_failed"},
      {ErrorKind::temporary, 75, "temporary"},
      {ErrorKind::interrupted, 130, "interrupted"},
      {ErrorKind::terminated, 143, "terminated"}};
  for (const auto& [kind, code, name] : documented) {
    CAPTURE(name);
    CHECK(exit_code(kind) == code);
    CHECK(error_kind_name(kind) == name);
  }
}

TEST_CASE("an error carries its sentence, hint and details") {
  try {
    throw Error(ErrorKind::io, "song.wav: disk full", "free some space").with_details({"a", "b"});
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == "song.wav: disk full");
    CHECK(error.kind() == ErrorKind::io);
    CHECK(error.hint() == "free some space");
    CHECK(error.details() == std::vector<std::string>{"a", "b"});
  }
}

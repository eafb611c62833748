#include "lib/stop.h"

#include <doctest/doctest.h>

#include <csignal>

#include "lib/error.h"

using namespace cadenza;

namespace {

ErrorKind kind_after(int signal_number) {
  StopFlag stop;
  stop.request(signal_number);
  CHECK(stop.is_requested());
  CHECK(stop.signal_number() == signal_number);
  try {
    stop.throw_if_requested();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

}  // namespace

TEST_CASE("a stop that nobody asked for does not happen") {
  const StopFlag stop;
  CHECK_FALSE(stop.is_requested());
  CHECK_NOTHROW(stop.throw_if_requested());
}

TEST_CASE("SIGINT interrupts, every other signal terminates") {
  CHECK(kind_after(SIGINT) == ErrorKind::interrupted);
  CHECK(kind_after(SIGTERM) == ErrorKind::terminated);
  CHECK(kind_after(SIGHUP) == ErrorKind::terminated);
}

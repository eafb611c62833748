// What libtorch throws, and what leaves the engine.
#include "models/torch_errors.h"

#include <ATen/ops/empty.h>
#include <c10/util/Exception.h>

#include <new>
#include <string>

#include "lib/error.h"
#include "tests/support/golden_tensors.h"

namespace cadenza {
namespace {

template <typename Work>
Error error_of(Work work) {
  try {
    with_our_errors(work);
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::internal, "nothing was thrown"};
}

TEST_CASE("memory that libtorch cannot get is a temporary error") {
  const auto error = error_of([] { at::empty({std::int64_t{1} << 58}, at::kFloat); });
  CHECK(error.kind() == ErrorKind::temporary);
  CHECK(error.sentence().find("memory") != std::string::npos);
  CHECK((error_of([] { throw std::bad_alloc(); }).kind() == ErrorKind::temporary));
  CHECK((error_of([] { TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory"); }).kind() ==
         ErrorKind::temporary));
}

TEST_CASE("a CUDA failure is a device error") {
  const auto error =
      error_of([] { TORCH_CHECK(false, "CUDA error: an illegal memory access\nmore lines"); });
  CHECK(error.kind() == ErrorKind::device);
}

TEST_CASE("anything else of libtorch is internal, in one line, without a backtrace") {
  const auto error = error_of([] { at::empty({2}).view({3}); });
  CHECK(error.kind() == ErrorKind::internal);
  CHECK(error.sentence().find('\n') == std::string::npos);
  CHECK(error.sentence().find("libtorch failed: ") == 0);
}

TEST_CASE("an Error passes as it is, and so does a value") {
  CHECK((error_of([] { fail(ErrorKind::interrupted, "stop"); }).kind() == ErrorKind::interrupted));
  CHECK(with_our_errors([] { return 7; }) == 7);
}

}  // namespace
}  // namespace cadenza

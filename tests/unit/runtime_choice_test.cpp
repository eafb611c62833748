#include "models/runtime_choice.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

#include "lib/error.h"

namespace cadenza {
namespace {

const CudaRuntime& no_driver() {
  static const CudaRuntime runtime{"no NVIDIA driver (libcuda.so.1) on this machine", {}};
  return runtime;
}

const CudaRuntime& two_gpus() {
  static const CudaRuntime runtime{"", {"NVIDIA H100", "NVIDIA H100"}};
  return runtime;
}

const CudaRuntime& never_asked() {
  FAIL("the CPU was asked for; CUDA must not be opened");
  return no_driver();
}

template <typename Choose>
void check_refused(Choose choose, ErrorKind kind, const std::string& words) {
  try {
    choose();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == kind);
    CHECK_MESSAGE(error.sentence().find(words) != std::string::npos, error.sentence());
  }
}

TEST_CASE("auto takes the first CUDA device where one can be used, else the CPU") {
  CHECK(choose_device("auto", two_gpus) == "cuda:0");
  CHECK(choose_device("auto", no_driver) == "cpu");
}

TEST_CASE("asking for the CPU opens no driver") {
  CHECK(choose_device("cpu", never_asked) == "cpu");
}

TEST_CASE("cuda means cuda:0, cuda:N the N-th") {
  CHECK(choose_device("cuda", two_gpus) == "cuda:0");
  CHECK(choose_device("cuda:1", two_gpus) == "cuda:1");
}

TEST_CASE("CUDA that cannot be had is a device error with the reason") {
  check_refused([] { choose_device("cuda", no_driver); }, ErrorKind::device,
                "--device cuda: no NVIDIA driver (libcuda.so.1) on this machine");
  check_refused([] { choose_device("cuda:3", two_gpus); }, ErrorKind::device, "cuda:0 to cuda:1");
}

TEST_CASE("a word that names no device is a usage error, before any driver is opened") {
  for (const char* word : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cuda1", "CPU"})
    check_refused([&] { choose_device(word, never_asked); }, ErrorKind::usage,
                  "expected auto, cpu, cuda or cuda:N");
}

TEST_CASE("auto precision is bf16 where the device multiplies it fast") {
  CHECK(choose_precision("auto", "cpu", true) == "bf16");
  CHECK(choose_precision("auto", "cpu", false) == "fp32");
  CHECK(choose_precision("auto", "cuda:0", false) == "bf16");
}

TEST_CASE("a precision that was asked for is taken or refused, never replaced") {
  CHECK(choose_precision("fp32", "cpu", true) == "fp32");
  CHECK(choose_precision("bf16", "cpu", false) == "bf16");
  CHECK(choose_precision("fp16", "cuda:1", false) == "fp16");
  CHECK(choose_precision("int8", "cpu", false) == "int8");
  CHECK(choose_precision("int4", "cpu", true) == "int4");
  check_refused([] { choose_precision("fp16", "cpu", true); }, ErrorKind::usage,
                "fp16 is not available on cpu; there are auto, fp32, bf16, int8 and int4");
  check_refused([] { choose_precision("int8", "cuda:0", true); }, ErrorKind::usage,
                "there are auto, fp32, bf16 and fp16");
  check_refused([] { choose_precision("half", "cpu", true); }, ErrorKind::usage, "\"half\"");
}

}  // namespace
}  // namespace cadenza

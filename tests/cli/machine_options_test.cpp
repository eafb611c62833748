// Words for devices, precisions and threads.
#include "cli/machine_options.h"

#include <doctest/doctest.h>

#include "cli/command_flags.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

MachineOptions options_of(const FlagValues& flags) {
  return make_machine_options(resolve_settings(generate_flags(), flags, Environment({}), {}));
}

void refuses(const std::string& flag, const std::string& text) {
  CAPTURE(text);
  const auto error = thrown([&] { options_of({{flag, {text}}}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK(error->sentence().starts_with(flag + ": expected "));
}

}  // namespace

TEST_CASE("without a word the starter runs on what is there") {
  const MachineOptions options = options_of({});
  CHECK(options.model == "starter");
  CHECK(options.runtime.device == "auto");
  CHECK(options.runtime.precision == "auto");
  CHECK(options.runtime.threads == 0);
}

TEST_CASE("a device is auto, cpu, cuda or cuda:N") {
  for (const char* text : {"auto", "cpu", "cuda", "cuda:0", "cuda:7"})
    CHECK(options_of({{"device", {text}}}).runtime.device == text);
  for (const char* text : {"", "tpu", "CPU", "cpux", "cpu,cuda", "cuda:", "cuda:-1", "cuda:x",
                           "cuda:1.5", "cuda:0x0", "cuda:99999999999999999999"})
    refuses("device", text);
}

TEST_CASE("a precision is one of six words") {
  CHECK(options_of({{"precision", {"bf16"}}}).runtime.precision == "bf16");
  for (const char* text : {"", "float128", "fp17", "bf-16", "16", "fp16fp32", "FP32"})
    refuses("precision", text);
}

TEST_CASE("threads are counted from one, or auto") {
  CHECK(options_of({{"threads", {"auto"}}}).runtime.threads == 0);
  CHECK(options_of({{"threads", {"3"}}}).runtime.threads == 3);
  for (const char* text : {"", "0", "-3", "1.5", "many"}) refuses("threads", text);
}

#include "cli/machine_options.h"

#include "cli/values.h"
#include "lib/error.h"
#include "lib/text/number.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr int kMaxDeviceIndex = 1023;
constexpr int kMaxThreads = 1024;

std::string read_device(const std::string& text) {
  if (text == "auto" || text == "cpu" || text == "cuda") return text;
  if (text.starts_with("cuda:")) {
    const auto index = parse_integer(text.substr(5));
    if (index && *index >= 0 && *index <= kMaxDeviceIndex) return "cuda:" + std::to_string(*index);
  }
  fail(ErrorKind::usage, "device: expected auto, cpu, cuda or cuda:N, found " + quoted(text));
}

}  // namespace

RuntimeOptions MachineOptions::runtime_in(const Environment& environment) const {
  RuntimeOptions options = runtime;
  if (keeps_packs) options.pack_folder = pack_folder_path(environment);
  return options;
}

MachineOptions make_machine_options(const Settings& settings) {
  MachineOptions options;
  RuntimeOptions& runtime = options.runtime;
  settings.read("model", [&](const std::string& text) { options.model = text; });
  settings.read("device", [&](const std::string& text) { runtime.device = read_device(text); });
  settings.read("precision", [&](const std::string& text) {
    runtime.precision =
        expect_choice("precision", text, {"auto", "fp32", "bf16", "fp16", "int8", "int4"});
  });
  settings.read("threads", [&](const std::string& text) {
    runtime.threads = text == "auto" ? 0 : expect_integer("threads", text, 1, kMaxThreads);
  });
  runtime.allow_nonfinite = settings.is_on("allow_nonfinite");
  options.is_offline = settings.is_on("offline");
  options.keeps_packs = !settings.is_on("no_pack_cache");
  return options;
}

}  // namespace cadenza

#include "models/runtime_choice.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "lib/error.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr std::string_view kCuda = "cuda";

bool is_cuda(std::string_view device) { return device.starts_with(kCuda); }

// "cuda" -> 0, "cuda:N" -> N
std::size_t cuda_index(std::string_view asked) {
  if (asked == kCuda) return 0;
  constexpr std::string_view kNumbered = "cuda:";
  std::size_t index = 0;
  if (asked.starts_with(kNumbered)) {
    const auto [end, error] =
        std::from_chars(asked.data() + kNumbered.size(), asked.data() + asked.size(), index);
    if (error == std::errc() && end == asked.data() + asked.size()) return index;
  }
  fail(ErrorKind::usage, "device: expected auto, cpu, cuda or cuda:N, found " + quoted(asked));
}

std::string cuda_device(const std::string& asked, std::size_t index, const CudaRuntime& cuda) {
  if (!cuda.is_usable())
    fail(ErrorKind::device, "--device " + asked + ": " + cuda.problem, "use --device cpu");
  const std::size_t count = cuda.devices.size();
  if (index >= count)
    fail(ErrorKind::device, "--device " + asked + ": expected cuda:0 to cuda:" +
                                std::to_string(count - 1) + ", the CUDA devices of this machine");
  return "cuda:" + std::to_string(index);
}

}  // namespace

std::string choose_device(const std::string& asked, const CudaRuntime& (*cuda)()) {
  if (asked == "cpu") return asked;
  if (asked == "auto") return cuda().is_usable() ? "cuda:0" : "cpu";
  const std::size_t index = cuda_index(asked);
  return cuda_device(asked, index, cuda());
}

std::string choose_precision(const std::string& asked, const std::string& device,
                             bool cpu_has_bf16) {
  if (asked == "auto") return is_cuda(device) || cpu_has_bf16 ? "bf16" : "fp32";
  constexpr std::string_view kOnCpu[] = {"fp32", "bf16", "int8", "int4"};
  constexpr std::string_view kOnCuda[] = {"fp32", "bf16", "fp16"};
  const std::span<const std::string_view> there =
      is_cuda(device) ? std::span<const std::string_view>(kOnCuda) : kOnCpu;
  if (std::ranges::find(there, asked) != there.end()) return asked;
  const bool is_known = asked == "fp16" || asked == "int8" || asked == "int4";
  fail(ErrorKind::usage,
       "precision: " + (is_known ? asked + " is not available" : quoted(asked) + " is not known") +
           " on " + device + "; there are " +
           (is_cuda(device) ? "auto, fp32, bf16 and fp16" : "auto, fp32, bf16, int8 and int4"));
}

}  // namespace cadenza

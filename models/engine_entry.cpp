// The engine's only exported symbol. Everything behind it includes libtorch; nothing before it
// does.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <filesystem>
#include <utility>

#include "models/cuda_runtime.h"
#include "models/engine_api.h"
#include "models/host_cpu.h"
#include "models/kernels/cpu/cpu_features.h"
#include "models/loading_weights.h"
#include "models/musicgen/musicgen_generator.h"
#include "models/musicgen/pack_cache.h"
#include "models/runtime_choice.h"
#include "models/torch_errors.h"

namespace cadenza {

namespace {

// Where products of bf16 are one instruction, it is as exact as the checkpoints' own training
// precision and twice as fast.
bool cpu_multiplies_bf16() { return is_supported(InstructionSet::avx512_bf16); }

// fp32 means fp32: TensorFloat-32 keeps ten bits of a product's operands.
void forbid_tf32() {
  at::globalContext().setAllowTF32CuBLAS(false);
  at::globalContext().setAllowTF32CuDNN(false);
}

RuntimeInfo runtime_for(const RuntimeOptions& options) {
  RuntimeInfo runtime;
  runtime.device = choose_device(options.device, cuda_runtime);
  runtime.precision = choose_precision(options.precision, runtime.device, cpu_multiplies_bf16());
  const at::Device device(runtime.device);
  if (device.is_cuda()) {
    runtime.device_name = cuda_runtime().devices.at(static_cast<std::size_t>(device.index()));
    forbid_tf32();
  } else {
    runtime.device_name = cpu_name();
    runtime.threads = options.threads > 0 ? options.threads : usable_cores();
  }
  at::set_num_threads(options.threads > 0 ? options.threads : usable_cores());
  return runtime;
}

std::unique_ptr<Generator> load(std::shared_ptr<const Checkpoint> checkpoint,
                                const RuntimeOptions& options, ProgressReporter& progress) {
  return with_our_errors([&]() -> std::unique_ptr<Generator> {
    RuntimeInfo runtime = runtime_for(options);
    LoadingWeights weights(checkpoint->weights(), options.allow_nonfinite, progress);
    PackCache packs(options.pack_folder, pack_source(checkpoint->files()),
                    [&](const std::string& line) { progress.note(line); });
    // A pack holds checked weights only.
    const bool keeps_packs = !options.pack_folder.empty() && !options.allow_nonfinite &&
                             !checkpoint->files().folder.empty();
    return std::make_unique<MusicgenGenerator>(std::move(checkpoint), weights, std::move(runtime),
                                               keeps_packs ? &packs : nullptr);
  });
}

std::string folder_of_torch() {
  Dl_info info{};
  if (!dladdr(reinterpret_cast<const void*>(&at::get_num_threads), &info) || !info.dli_fname)
    return {};
  return std::filesystem::path(info.dli_fname).parent_path().string();
}

EngineReport report() {
  return with_our_errors([] {
    EngineReport report;
    report.is_available = true;
    report.torch_version = CADENZA_TORCH_VERSION;
    report.torch_path = folder_of_torch();
    report.cpu_features = instruction_set_name(best_instruction_set());
    report.cuda_devices = cuda_runtime().devices;
    report.cuda_problem = cuda_runtime().problem;
    return report;
  });
}

}  // namespace

}  // namespace cadenza

extern "C" __attribute__((visibility("default"))) const cadenza::EngineApi* cadenza_engine_api() {
  static constexpr cadenza::EngineApi kApi = {cadenza::load, cadenza::report};
  return &kApi;
}

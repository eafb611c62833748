// The one door between the command line and the models. Torch-free.
//
// Opening a checkpoint reads and checks its headers and configuration only; it needs no libtorch
// and takes milliseconds, so every bad model is refused before anything heavy starts.
// load_generator opens libcadenza_engine.so, and with it libtorch, on first use.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/generator.h"
#include "lib/progress.h"

namespace cadenza {

// Which machine: owned by the command line, read by the engine.
struct RuntimeOptions {
  std::string device = "auto";     // auto cpu cuda cuda:N
  std::string precision = "auto";  // auto fp32 bf16 fp16 int8 int4
  int threads = 0;                 // 0: one per core
  bool allow_nonfinite = false;    // load weights that hold NaN or Inf
  // Where packed weights are kept between runs (models/musicgen/pack_cache.h); empty: nowhere.
  std::filesystem::path pack_folder;
};

// Where models may lie. The caller fills it from the environment; nothing here reads that.
struct ModelSearch {
  std::filesystem::path hub_cache;  // Hugging Face's cache folder ("hub"); empty: none
};

class Checkpoint;  // models/checkpoint/checkpoint.h

// model: "starter", an alias or repository id that lies in the hub cache, or a directory.
// Throws Error: not_found, bad_model, usage (empty, or a URL).
std::shared_ptr<const Checkpoint> open_checkpoint(const std::string& model,
                                                  const ModelSearch& search);

// Strict check of everything that can be known without reading weights: every missing, extra and
// mis-shaped tensor at once. open_checkpoint has already done it.
const ModelInfo& describe(const Checkpoint& checkpoint);

// name -> SHA-256 (hex) of each file of the model. Reads every byte.
std::vector<std::pair<std::string, std::string>> file_hashes(const Checkpoint& checkpoint);

// The names open_checkpoint would accept now: "starter", then what the hub cache holds.
std::vector<std::string> list_models(const ModelSearch& search);

// Throws Error: device, bad_model (non-finite weights), temporary (memory), internal (no engine).
std::unique_ptr<Generator> load_generator(std::shared_ptr<const Checkpoint> checkpoint,
                                          const RuntimeOptions& options,
                                          ProgressReporter& progress);

// The file that keeps a model's packed weights; empty for the starter, which needs none.
std::filesystem::path pack_path(const Checkpoint& checkpoint, const std::filesystem::path& folder,
                                const std::string& precision);

// What `cadenza doctor` asks. Opens the engine.
struct EngineReport {
  bool is_available = false;
  std::string problem;        // why not, when not
  std::string torch_version;  // "2.11.0"
  std::string torch_path;     // folder of libtorch_cpu.so
  std::string cpu_features;   // "avx512_bf16", "avx2", ...
  std::vector<std::string> cuda_devices;
  std::string cuda_problem;  // why there is no CUDA device
};
EngineReport engine_report();

}  // namespace cadenza

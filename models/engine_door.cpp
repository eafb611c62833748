// load_generator and engine_report of load.h: opens the engine, and with it libtorch, on first use.
// Loading libtorch costs 0.2 s before main when it is linked; opened here, `--help` never pays it.
#include <dlfcn.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "lib/error.h"
#include "lib/text/quote.h"
#include "models/engine_api.h"

namespace cadenza {

namespace {

// Build tree and install tree have one shape: bin/cadenza beside lib/cadenza/.
std::string library_beside_executable() {
  std::error_code error;
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const auto library = executable.parent_path().parent_path() / "lib" / "cadenza" / kEngineLibrary;
  return std::filesystem::exists(library, error) ? library.string() : std::string();
}

struct OpenedEngine {
  const EngineApi* api = nullptr;
  std::string problem;  // why not, when not
};

// RTLD_GLOBAL: libtorch_cuda.so, opened later, must find this libtorch. Never closed: the threads
// and static objects of libtorch do not survive that.
OpenedEngine open_engine() {
  std::string name = library_beside_executable();
  if (name.empty()) name = kEngineLibrary;
  void* library = dlopen(name.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (!library) return {nullptr, dlerror()};
  using Entry = const EngineApi* (*)();
  const auto entry = reinterpret_cast<Entry>(dlsym(library, kEngineSymbol));
  if (!entry) return {nullptr, name + " is not an engine of Cadenza"};
  return {entry(), {}};
}

const OpenedEngine& engine() {
  static const OpenedEngine opened = open_engine();
  return opened;
}

}  // namespace

std::unique_ptr<Generator> load_generator(std::shared_ptr<const Checkpoint> checkpoint,
                                          const RuntimeOptions& options,
                                          ProgressReporter& progress) {
  if (!engine().api)
    fail(ErrorKind::internal, "cannot open the engine: " + escaped(engine().problem),
         "run the bootstrap script again, or see `cadenza doctor`");
  return engine().api->load_generator(std::move(checkpoint), options, progress);
}

EngineReport engine_report() {
  if (engine().api) return engine().api->report();
  EngineReport report;
  report.problem = engine().problem;
  return report;
}

}  // namespace cadenza

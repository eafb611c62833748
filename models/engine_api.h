// What crosses between the executable and libcadenza_engine.so: one C symbol that gives a table of
// two functions. Both sides are built together by one compiler, so C++ types may pass. Torch-free.
#pragma once

#include <memory>

#include "models/load.h"

namespace cadenza {

struct EngineApi {
  std::unique_ptr<Generator> (*load_generator)(std::shared_ptr<const Checkpoint> checkpoint,
                                               const RuntimeOptions& options,
                                               ProgressReporter& progress);
  EngineReport (*report)();
};

inline constexpr char kEngineLibrary[] = "libcadenza_engine.so";
inline constexpr char kEngineSymbol[] = "cadenza_engine_api";

}  // namespace cadenza

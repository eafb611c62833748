// What `cadenza doctor` finds out, as data, and how it is said.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/environment.h"
#include "cli/machine_options.h"
#include "models/load.h"

namespace cadenza {

struct FolderReport {
  std::string use;  // "current folder"
  std::filesystem::path path;
  std::string problem;  // empty: it can be written to
};

struct DoctorReport {
  EngineReport engine;
  std::string device, model;           // as asked
  std::string config_name;             // empty: none in use
  std::vector<std::string> variables;  // CADENZA_* that are set, names only
  std::vector<std::string> models;
  std::vector<FolderReport> folders;
  std::vector<std::string> problems;  // sentences: what would go wrong
};

// Opens the engine; writes nothing.
DoctorReport examine(const MachineOptions& machine, const std::string& config_name,
                     const Environment& environment);

std::string report_text(const DoctorReport& report);
std::string report_json(const DoctorReport& report);

}  // namespace cadenza

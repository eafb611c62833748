#include "cli/doctor_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "lib/error.h"
#include "lib/json/strict_json.h"
#include "lib/text/quote.h"
#include "lib/version.h"

namespace cadenza {

namespace {

// The nearest folder that is there decides: what is missing below it can be made.
std::string writing_problem(std::filesystem::path path) {
  std::error_code ignored;
  while (!std::filesystem::exists(path, ignored) && path.has_parent_path() &&
         path != path.parent_path())
    path = path.parent_path();
  return ::access(path.c_str(), W_OK | X_OK) == 0 ? "" : std::strerror(errno);
}

std::vector<FolderReport> look_at_folders(const Environment& environment) {
  std::vector<FolderReport> folders;
  std::error_code ignored;
  const auto here = std::filesystem::current_path(ignored);
  folders.push_back({"current folder", here, writing_problem(here)});
  const auto cache = hub_cache_path(environment);
  if (!cache.empty()) folders.push_back({"model cache", cache, writing_problem(cache)});
  return folders;
}

std::vector<std::string> set_variables(const Environment& environment) {
  std::vector<std::string> names;
  for (const auto& [name, value] : environment.variables())
    if (name.starts_with("CADENZA_") && !value.empty()) names.push_back(name);
  return names;
}

std::vector<std::string> find_problems(const DoctorReport& report, const ModelSearch& search) {
  std::vector<std::string> problems;
  if (!report.engine.is_available) problems.push_back("engine: " + report.engine.problem);
  const bool wants_cuda = report.device.starts_with("cuda");
  if (wants_cuda && report.engine.cuda_devices.empty())
    problems.push_back("device " + report.device + ": " + report.engine.cuda_problem);
  for (const auto& folder : report.folders)
    if (!folder.problem.empty())
      problems.push_back(folder.use + " " + folder.path.string() + ": " + folder.problem);
  try {
    open_checkpoint(report.model, search);
  } catch (const Error& error) {
    problems.push_back(error.sentence());
  }
  return problems;
}

std::string listed(const std::vector<std::string>& texts, const std::string& otherwise) {
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : ", ") + escaped(text);
  return all.empty() ? otherwise : all;
}

// What --device auto comes to; another word names the device itself.
std::string used_device(const DoctorReport& report) {
  if (report.device != "auto") return report.device;
  return report.engine.cuda_devices.empty() ? "cpu" : "cuda:0";
}

std::string engine_line(const EngineReport& engine) {
  if (!engine.is_available) return "cannot be opened: " + escaped(engine.problem);
  return fmt::format("libtorch {} in {}", engine.torch_version, escaped(engine.torch_path));
}

}  // namespace

DoctorReport examine(const MachineOptions& machine, const std::string& config_name,
                     const Environment& environment) {
  const ModelSearch search{hub_cache_path(environment)};
  DoctorReport report;
  report.engine = engine_report();
  report.device = machine.runtime.device;
  report.model = machine.model;
  report.config_name = config_name;
  report.variables = set_variables(environment);
  report.models = list_models(search);
  report.folders = look_at_folders(environment);
  report.problems = find_problems(report, search);
  return report;
}

std::string report_text(const DoctorReport& report) {
  std::string text = fmt::format("cadenza         {} ({})\n", kVersion, kCommit);
  text += "engine          " + engine_line(report.engine) + "\n";
  text += "processor       " + escaped(report.engine.cpu_features) + "\n";
  text += "cuda            " +
          listed(report.engine.cuda_devices,
                 report.engine.cuda_problem.empty() ? "none" : report.engine.cuda_problem) +
          "\n";
  text += "device          " + used_device(report) +
          (report.device == "auto" ? ", chosen by auto" : "") + "\n";
  text += "models          " + listed(report.models, "none") + "\n";
  text += "config file     " + (report.config_name.empty() ? "none" : escaped(report.config_name)) +
          "\n";
  text += "environment     " + listed(report.variables, "no CADENZA_* variable is set") + "\n";
  for (const auto& folder : report.folders)
    text += fmt::format("{:15} {}: {}\n", folder.use, escaped(folder.path.string()),
                        folder.problem.empty() ? "can be written to" : folder.problem);
  for (const auto& problem : report.problems) text += "problem         " + escaped(problem) + "\n";
  return text + (report.problems.empty() ? "no problem found\n" : "");
}

std::string report_json(const DoctorReport& report) {
  Json folders = Json::array();
  for (const auto& folder : report.folders) {
    Json entry = {{"use", folder.use},
                  {"path", folder.path.string()},
                  {"is_writable", folder.problem.empty()}};
    if (!folder.problem.empty()) entry["problem"] = folder.problem;
    folders.push_back(std::move(entry));
  }
  const EngineReport& engine = report.engine;
  Json object = {{"version", std::string(kVersion)},
                 {"commit", std::string(kCommit)},
                 {"engine",
                  {{"is_available", engine.is_available},
                   {"problem", engine.problem},
                   {"torch_version", engine.torch_version},
                   {"torch_path", engine.torch_path},
                   {"cpu_features", engine.cpu_features},
                   {"cuda_devices", engine.cuda_devices},
                   {"cuda_problem", engine.cuda_problem}}},
                 {"device", used_device(report)},
                 {"asked_device", report.device},
                 {"model", report.model},
                 {"models", report.models},
                 {"config", report.config_name},
                 {"variables", report.variables},
                 {"folders", std::move(folders)},
                 {"problems", report.problems}};
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cadenza

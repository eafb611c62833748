// A model's facts for people and for programs. Include this only in .cpp files: it brings JSON.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/generator.h"
#include "lib/json/strict_json.h"
#include "models/load.h"

namespace cadenza {

// "starter (MIT), 3.1 M parameters, 12 s at 32000 Hz mono"
std::string model_line(const ModelInfo& model);
// "cpu (AMD EPYC 9654), fp32, 8 threads, loaded in 0.4 s"
std::string runtime_line(const RuntimeInfo& runtime);
// One fact a line. hashes: name, SHA-256; may be empty.
std::string model_text(const ModelInfo& model,
                       const std::vector<std::pair<std::string, std::string>>& hashes);
Json model_object(const ModelInfo& model,
                  const std::vector<std::pair<std::string, std::string>>& hashes = {});

// What `models list` and `models info` print.
std::string list_report(const ModelSearch& search, bool as_json);
std::string info_report(const std::string& name, bool with_hashes, const ModelSearch& search,
                        bool as_json);

}  // namespace cadenza

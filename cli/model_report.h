// A model's facts for people and for programs. Include this only in .cpp files: it brings JSON.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/generator.h"
#include "lib/json/strict_json.h"

namespace cadenza {

// "starter (MIT), 3.1 M parameters, 12 s at 32000 Hz mono"
std::string model_line(const ModelInfo& model);
// One fact a line. hashes: name, SHA-256; may be empty.
std::string model_text(const ModelInfo& model,
                       const std::vector<std::pair<std::string, std::string>>& hashes);
Json model_object(const ModelInfo& model,
                  const std::vector<std::pair<std::string, std::string>>& hashes = {});

}  // namespace cadenza

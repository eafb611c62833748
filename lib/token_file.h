// Codec tokens on disk: a safetensors file with one tensor `codes` (K, T) int16, the delay undone,
// and strings about request and model in __metadata__. Any safetensors reader opens it.
#pragma once

#include <map>
#include <string>

#include "lib/generator.h"

namespace cadenza {

std::string encode_tokens(const Tokens& tokens, const std::map<std::string, std::string>& metadata);

}  // namespace cadenza

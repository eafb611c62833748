// How many <extra_id_N> tokens a T5 tokenizer has: tokenizer_config.json may say, 100 otherwise.
#pragma once

#include <cstdint>

#include "models/checkpoint/model_files.h"

namespace cadenza {

// Throws Error(bad_model) naming tokenizer_config.json.
std::int64_t num_sentinels(const ModelFiles& files);

}  // namespace cadenza

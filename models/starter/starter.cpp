#include "models/starter/starter.h"

extern "C" {
// Defined in starter_data.S.
#define CADENZA_EMBEDDED(name) extern const std::byte name##_begin[], name##_end[];
CADENZA_EMBEDDED(cadenza_starter_config)
CADENZA_EMBEDDED(cadenza_starter_generation_config)
CADENZA_EMBEDDED(cadenza_starter_preprocessor_config)
CADENZA_EMBEDDED(cadenza_starter_tokenizer_config)
CADENZA_EMBEDDED(cadenza_starter_spiece)
CADENZA_EMBEDDED(cadenza_starter_weights)
#undef CADENZA_EMBEDDED
}

namespace cadenza {

std::vector<std::pair<std::string_view, std::span<const std::byte>>> starter_files() {
  return {
      {"config.json", {cadenza_starter_config_begin, cadenza_starter_config_end}},
      {"generation_config.json",
       {cadenza_starter_generation_config_begin, cadenza_starter_generation_config_end}},
      {"preprocessor_config.json",
       {cadenza_starter_preprocessor_config_begin, cadenza_starter_preprocessor_config_end}},
      {"tokenizer_config.json",
       {cadenza_starter_tokenizer_config_begin, cadenza_starter_tokenizer_config_end}},
      {"spiece.model", {cadenza_starter_spiece_begin, cadenza_starter_spiece_end}},
      {"model.safetensors", {cadenza_starter_weights_begin, cadenza_starter_weights_end}},
  };
}

}  // namespace cadenza

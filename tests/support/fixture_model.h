// The tiny models of tests/data, and weights that tests make up. Torch-free.
//
// Reads the fixtures with the golden reader and folds weight norm itself: the models are proved
// before, and apart from, the engine's own checkpoint reader.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"

namespace cadenza::testing {

// Weights in memory, by canonical name. Tests may take any away or change it.
class MapWeights : public WeightReader {
 public:
  struct Weight {
    Shape shape;
    std::vector<float> values;
  };
  std::map<std::string, Weight, std::less<>> weights;

  const Shape& shape(std::string_view name) const override;
  void read(std::string_view name, std::span<float> out, bool allow_nonfinite) const override;
  std::vector<std::string> names() const override;
};

// model: "mono" or "stereo". Weight norm is folded, half precision widened first.
MapWeights fixture_weights(const std::string& model);

// text, codec and nothing else of the model's config.json.
MusicgenConfig fixture_config(const std::string& model);

// What AudioCodec reads for this configuration, with small random values.
MapWeights random_codec_weights(const CodecConfig& config, std::uint32_t seed);

}  // namespace cadenza::testing
